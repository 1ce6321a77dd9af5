package io.vitrail.vit.image;

import java.util.Arrays;
import java.util.Optional;

/** What a TIFF's photometric interpretation makes of the first samples of a pixel, as Pillow converts it to RGB. */
enum TiffColours {
    WHITE_IS_ZERO(0, 1),
    BLACK_IS_ZERO(1, 1),
    RGB(2, 3),
    PALETTE(3, 1),
    CMYK(5, 4),
    /** Turned to RGB by the decoder. */
    YCBCR(6, 3),
    /** CIE L*a*b* 1976 of light D50, a* and b* with signs. */
    LAB(8, 3);

    private final int number;
    private final int samples;

    TiffColours(int number, int samples) {
        this.number = number;
        this.samples = samples;
    }

    static Optional<TiffColours> of(long photometric) {
        return Arrays.stream(values())
                .filter(colours -> colours.number == photometric)
                .findFirst();
    }

    /** Samples that make the colour. */
    int samples() {
        return samples;
    }

    boolean isGrey() {
        return this == WHITE_IS_ZERO || this == BLACK_IS_ZERO;
    }

    /** Whether Pillow reads such samples. */
    boolean isKnown(long count, long bits, long format) {
        boolean byteOrTwo = format == 1 && bits == 16 || format <= 2 && bits == 8;
        boolean atMostByte = format == 1 && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
        return switch (this) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> count > 1 ? byteOrTwo : atMostByte || isNumber(bits, format);
            case RGB, CMYK -> byteOrTwo && count >= samples;
            case PALETTE -> atMostByte;
            case YCBCR -> bits == 8 && (count == 1 || count == 3);
            case LAB -> bits == 8 && count >= samples;
        };
    }

    /** Whole numbers without (1) or with a sign (2), and fractions (3). */
    private static boolean isNumber(long bits, long format) {
        return switch ((int) format) {
            case 1 -> bits == 12 || bits == 16 || bits == 32;
            case 2 -> bits == 8 || bits == 16 || bits == 32;
            case 3 -> bits == 32;
            default -> false;
        };
    }

    /** Turns a pixel's samples of 8 bits to red, green and blue, in their place; a palette's index is none. */
    void toRgb(int[] pixel) {
        switch (this) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> Arrays.fill(pixel, 1, 3, pixel[0]);
            case CMYK -> {
                int light = 255 - pixel[3];
                for (int c = 0; c < 3; c++) {
                    int product = pixel[c] * light + 128;
                    pixel[c] = Math.max(0, light - (product + (product >> 8) >> 8));
                }
            }
            case LAB -> labToRgb(pixel);
            case RGB, YCBCR, PALETTE -> {}
        }
    }

    /** By way of XYZ, adapted to D65 (Bradford), to sRGB (IEC 61966-2-1). */
    private static void labToRgb(int[] pixel) {
        double middle = (pixel[0] / 2.55 + 16) / 116;
        double x = 0.9642 * fromLab(middle + (byte) pixel[1] / 500.0);
        double y = fromLab(middle);
        double z = 0.8249 * fromLab(middle - (byte) pixel[2] / 200.0);
        pixel[0] = gamma(3.1338561 * x - 1.6168667 * y - 0.4906146 * z);
        pixel[1] = gamma(-0.9787684 * x + 1.9161415 * y + 0.0334540 * z);
        pixel[2] = gamma(0.0719453 * x - 0.2289914 * y + 1.4052427 * z);
    }

    private static double fromLab(double t) {
        return t > 6 / 29.0 ? t * t * t : (t - 4 / 29.0) * 3 * 36 / 841.0;
    }

    private static int gamma(double light) {
        double value = light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
        return (int) Math.round(255 * Math.min(1, Math.max(0, value)));
    }
}
