package io.vitrail.vit;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.weights.ConfigJson;

/**
 * Sizes of the pictures that a model was made for, and of its patches, in pixels.
 *
 * @param channels of a picture: 3 for RGB
 */
record ImageConfig(int channels, int imageHeight, int imageWidth, int patchHeight, int patchWidth) {
    private static final int MOST_SIDE = 32_768;

    ImageConfig {
        Check.that(channels > 0 && channels <= MOST_SIDE, "channels (%d) must be from 1 to %d", channels, MOST_SIDE);
        Check.that(
                imageHeight <= MOST_SIDE && imageWidth <= MOST_SIDE,
                "an image of %d × %d is larger than %d × %d",
                imageHeight,
                imageWidth,
                MOST_SIDE,
                MOST_SIDE);
        Check.that(
                patchHeight > 0 && patchWidth > 0,
                "patches must have positive sides, not %d × %d",
                patchHeight,
                patchWidth);
        Check.that(
                imageHeight >= patchHeight && imageWidth >= patchWidth,
                "an image of %d × %d is smaller than a patch of %d × %d",
                imageHeight,
                imageWidth,
                patchHeight,
                patchWidth);
    }

    /** As Hugging Face's vision configs name them; the defaults are those of the family. */
    static ImageConfig fromJson(ConfigJson json, int defaultImage, int defaultPatch) {
        int[] image = json.pair("image_size", defaultImage);
        int[] patch = json.pair("patch_size", defaultPatch);
        return new ImageConfig(json.size("num_channels", 3), image[0], image[1], patch[0], patch[1]);
    }

    /** The grid of whole patches in such a picture. */
    Grid grid() {
        return new Grid(imageHeight / patchHeight, imageWidth / patchWidth);
    }

    /**
     * The grid of whole patches in the picture that is given.
     *
     * @throws IllegalArgumentException if its size differs and the policy is strict
     */
    Grid grid(VisionInput input) {
        Check.that(
                input.size() == VisionInput.SizePolicy.INTERPOLATE
                        || (input.height() == imageHeight && input.width() == imageWidth),
                "The picture is %d × %d pixels (height × width); the model needs %d × %d.%n"
                        + "  try:  resize it, or let the position table be interpolated (SizePolicy.INTERPOLATE).",
                input.height(),
                input.width(),
                imageHeight,
                imageWidth);
        return wholePatches(input);
    }

    /** The grid of whole patches in a picture of any size that has one. */
    Grid wholePatches(VisionInput input) {
        Check.that(
                input.height() >= patchHeight && input.width() >= patchWidth,
                "A picture of %d × %d pixels is smaller than one patch of %d × %d.",
                input.height(),
                input.width(),
                patchHeight,
                patchWidth);
        return new Grid(input.height() / patchHeight, input.width() / patchWidth);
    }

    /** How patches side by side lie on such a picture. */
    TokenLayout layout(int specialTokens, int height, int width) {
        Grid grid = new Grid(height / patchHeight, width / patchWidth);
        return TokenLayout.global(
                specialTokens,
                grid,
                TokenAxis.ofPatches(grid.rows(), patchHeight, height),
                TokenAxis.ofPatches(grid.columns(), patchWidth, width));
    }

    /** The grid of a table of positions: a square if it can be, for the reference takes it for one in any case. */
    Grid tableGrid() {
        int side = (int) Math.sqrt(grid().tokens());
        return side * side == grid().tokens() ? new Grid(side, side) : grid();
    }
}
