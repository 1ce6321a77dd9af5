package io.vitrail.vit.training;

import java.util.Arrays;

/**
 * Moves a picture away from a duller one, or towards it, as Pillow's ImageEnhance does: factor 0 gives the duller one,
 * 1 the picture itself, 2 doubles the difference.
 */
enum Enhancement {
    /** From black. */
    BRIGHTNESS {
        @Override
        byte[] duller(Picture picture) {
            return new byte[picture.rgb().length];
        }
    },
    /** From the mean grey. */
    CONTRAST {
        @Override
        byte[] duller(Picture picture) {
            byte[] rgb = picture.rgb();
            long sum = 0;
            for (int i = 0; i < rgb.length; i += 3) {
                sum += luma(rgb, i);
            }
            byte[] plain = new byte[rgb.length];
            Arrays.fill(plain, (byte) (int) (sum / (rgb.length / 3.0) + 0.5));
            return plain;
        }
    },
    /** From the same picture in grey. */
    SATURATION {
        @Override
        byte[] duller(Picture picture) {
            byte[] grey = new byte[picture.rgb().length];
            for (int i = 0; i < grey.length; i += 3) {
                Arrays.fill(grey, i, i + 3, (byte) luma(picture.rgb(), i));
            }
            return grey;
        }
    },
    /** From a smoothed picture: each pixel five times with its eight neighbours; the outermost stay. */
    SHARPNESS {
        @Override
        byte[] duller(Picture picture) {
            byte[] smooth = picture.rgb().clone();
            int stride = 3 * picture.width();
            for (int y = 1; y < picture.height() - 1; y++) {
                for (int i = y * stride + 3; i < (y + 1) * stride - 3; i++) {
                    int sum = 4 * (picture.rgb()[i] & 0xff);
                    for (int row = i - stride; row <= i + stride; row += stride) {
                        for (int j = row - 3; j <= row + 3; j += 3) {
                            sum += picture.rgb()[j] & 0xff;
                        }
                    }
                    smooth[i] = (byte) ((2 * sum + 13) / 26);
                }
            }
            return smooth;
        }
    };

    /** The values that factor 0 gives; a new array. */
    abstract byte[] duller(Picture picture);

    Picture apply(Picture picture, float factor) {
        byte[] rgb = duller(picture);
        for (int i = 0; i < rgb.length; i++) {
            int dull = rgb[i] & 0xff;
            float value = dull + factor * ((picture.rgb()[i] & 0xff) - dull);
            rgb[i] = (byte) (int) Math.max(0, Math.min(255, value));
        }
        return new Picture(picture.width(), picture.height(), rgb);
    }

    /** ITU-R 601-2, in Pillow's fixed-point numbers. */
    private static int luma(byte[] rgb, int i) {
        return ((rgb[i] & 0xff) * 19595 + (rgb[i + 1] & 0xff) * 38470 + (rgb[i + 2] & 0xff) * 7471 + 0x8000) >> 16;
    }
}
