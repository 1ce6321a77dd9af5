package io.vitrail.vit.image;

/** Whose arithmetic resizes samples of 8 bits: the filters are the same, the roundings aren't. */
enum ResizeArithmetic {
    /** Pillow's, since version 13. */
    PILLOW {
        @Override
        int[] nearest(Axis axis) {
            int[] pixels = new int[axis.count()];
            double place = axis.from() + axis.scale() * 0.5;
            for (int i = -axis.first(); i < pixels.length; i++, place += axis.scale()) {
                if (i >= 0) {
                    pixels[i] = place < axis.inputSize() ? (int) place : -1;
                }
            }
            return pixels;
        }

        @Override
        int precision(double largestWeight) {
            return ResampleWeights.PRECISION;
        }

        /** Since version 13; before, rows always came first. */
        @Override
        boolean isVerticalFirst(Axis columns, Axis rows) {
            int shorter = rows.inputSize() - rows.outputSize();
            return shorter > 0 && shorter > 2L * (columns.inputSize() - columns.outputSize());
        }
    },

    /** That of PyTorch's {@code interpolate} of uint8 tensors: exactly the nearest, or antialiased. */
    PYTORCH {
        @Override
        int[] nearest(Axis axis) {
            int[] pixels = new int[axis.count()];
            for (int i = 0; i < pixels.length; i++) {
                double centre = (float) axis.scale() * (axis.first() + i + 0.5);
                float place = Math.max(0, (float) (centre - 0.5)) + 0.5f;
                pixels[i] = Math.min((int) place, axis.inputSize() - 1);
            }
            return pixels;
        }

        /** As many as leave the largest weight within 16 bits. */
        @Override
        int precision(double largestWeight) {
            int precision = 0;
            while (precision < ResampleWeights.PRECISION
                    && (int) (0.5 + largestWeight * (1 << precision + 1)) <= Short.MAX_VALUE) {
                precision++;
            }
            return precision;
        }

        @Override
        boolean isVerticalFirst(Axis columns, Axis rows) {
            return false;
        }
    };

    /** The input pixel that each output pixel takes, or -1 outside. */
    abstract int[] nearest(Axis axis);

    /** Binary digits of weights behind the point. */
    abstract int precision(double largestWeight);

    /** Whether columns are shortened before rows: it shows, since each pass rounds to 8 bits. */
    abstract boolean isVerticalFirst(Axis columns, Axis rows);
}
