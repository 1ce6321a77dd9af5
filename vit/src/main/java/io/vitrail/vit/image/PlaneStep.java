package io.vitrail.vit.image;

import java.util.Arrays;

/** A step of a processor on rescaled values, as the processors do that work on PyTorch tensors. */
sealed interface PlaneStep permits PlaneStep.CentreCrop, PlaneStep.Normalise, TensorResize {
    Planes apply(Planes planes);

    /** Keeps the middle; where the picture is smaller than that, zeros surround it. */
    record CentreCrop(int height, int width) implements PlaneStep {
        @Override
        public Planes apply(Planes planes) {
            float[] cropped = Planes.room(height, width);
            int left = offset(planes.width(), width);
            int top = offset(planes.height(), height);
            int copied = Math.min(width, planes.width());
            for (int c = 0; c < Planes.CHANNELS; c++) {
                for (int y = 0; y < Math.min(height, planes.height()); y++) {
                    int from = (c * planes.height() + Math.max(0, top) + y) * planes.width() + Math.max(0, left);
                    int to = (c * height + Math.max(0, -top) + y) * width + Math.max(0, -left);
                    System.arraycopy(planes.values(), from, cropped, to, copied);
                }
            }
            return new Planes(cropped, height, width);
        }

        /**
         * Rounded towards zero: unlike the crop of NumPy arrays, the larger part of odd padding goes to the right and
         * below.
         */
        private static int offset(int size, int cropped) {
            return (size - cropped) / 2;
        }

        @Override
        public String toString() {
            return "centre crop " + height + " x " + width;
        }
    }

    /** (value − mean) / deviation. */
    record Normalise(double[] mean, double[] deviation) implements PlaneStep {
        @Override
        public Planes apply(Planes planes) {
            float[] values = planes.values().clone();
            for (int i = 0; i < values.length; i++) {
                int c = i / planes.size();
                values[i] = (values[i] - (float) mean[c]) / (float) deviation[c];
            }
            return new Planes(values, planes.height(), planes.width());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Normalise that
                    && Arrays.equals(that.mean, mean)
                    && Arrays.equals(that.deviation, deviation);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(mean) + 31 * Arrays.hashCode(deviation);
        }

        @Override
        public String toString() {
            return ValueTable.describe(mean, deviation);
        }
    }
}
