package io.vitrail.vit.image;

import java.util.Arrays;

/** What the samples of a pixel mean: Pillow's modes of 8 bits, under their own names. */
public enum PixelMode {
    GREY("L", 1),
    GREY_ALPHA("LA", 2),
    RGB("RGB", 3),
    RGBA("RGBA", 4);

    private final String pillowName;
    private final int channels;

    PixelMode(String pillowName, int channels) {
        this.pillowName = pillowName;
        this.channels = channels;
    }

    /** Samples per pixel. */
    public int channels() {
        return channels;
    }

    /** Whether the last sample is opacity. */
    public boolean hasAlpha() {
        return this == GREY_ALPHA || this == RGBA;
    }

    boolean isGrey() {
        return this == GREY || this == GREY_ALPHA;
    }

    /**
     * The mode of Pillow's name for it: L, LA, RGB or RGBA.
     *
     * @throws IllegalArgumentException if the name is another one
     */
    public static PixelMode of(String pillowName) {
        return Arrays.stream(values())
                .filter(mode -> mode.pillowName.equals(pillowName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Pixel mode '" + pillowName + "' is not supported; supported are L, LA, RGB and RGBA."));
    }
}
