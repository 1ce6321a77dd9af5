package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.util.Locale;

/**
 * Resizes as torchvision resizes tensors with {@code antialias=True}: the same filters as Pillow's, in single
 * precision, width before height, without rounding to 8 bits in between.
 */
record TensorResize(SizeRule rule, Resampling filter) implements PlaneStep {
    TensorResize {
        Check.that(
                filter == Resampling.BILINEAR || filter == Resampling.BICUBIC,
                "This processor resizes with filter 2 (bilinear) or 3 (bicubic), not %d.",
                filter.number());
    }

    @Override
    public Planes apply(Planes planes) {
        SizeRule.Size size = rule.of(planes.height(), planes.width());
        Check.that(size.height() > 0 && size.width() > 0, "Height and width must be > 0, not %s.", size);
        if (size.height() == planes.height() && size.width() == planes.width()) {
            return planes;
        }
        return vertical(horizontal(planes, size.width()), size.height());
    }

    private Planes horizontal(Planes planes, int width) {
        Weights weights = Weights.of(planes.width(), width, filter);
        int rows = Planes.CHANNELS * planes.height();
        float[] resized = Planes.room(planes.height(), width);
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < width; x++) {
                int from = y * planes.width() + weights.first[x];
                float sum = 0;
                for (int j = 0; j < weights.values[x].length; j++) {
                    sum += planes.values()[from + j] * weights.values[x][j];
                }
                resized[y * width + x] = sum;
            }
        }
        return new Planes(resized, planes.height(), width);
    }

    private Planes vertical(Planes planes, int height) {
        Weights weights = Weights.of(planes.height(), height, filter);
        int width = planes.width();
        float[] resized = Planes.room(height, width);
        for (int row = 0; row < Planes.CHANNELS * height; row++) {
            int y = row % height;
            int from = (row / height * planes.height() + weights.first[y]) * width;
            for (int j = 0; j < weights.values[y].length; j++) {
                float weight = weights.values[y][j];
                for (int x = 0; x < width; x++) {
                    resized[row * width + x] += planes.values()[from + j * width + x] * weight;
                }
            }
        }
        return new Planes(resized, height, width);
    }

    /** For each output value the first input value that counts, and the weights from there on. */
    private record Weights(int[] first, float[][] values) {
        static Weights of(int inputSize, int outputSize, Resampling filter) {
            float scale = (float) inputSize / outputSize;
            float support = (float) (filter.support() * Math.max(scale, 1));
            float inverse = scale >= 1 ? 1 / scale : 1;
            int[] first = new int[outputSize];
            float[][] values = new float[outputSize][];
            for (int i = 0; i < outputSize; i++) {
                float centre = (float) (scale * (i + 0.5));
                first[i] = Math.max(0, (int) (centre - support + 0.5));
                int count = Math.min(inputSize, (int) (centre + support + 0.5)) - first[i];
                values[i] = new float[count];
                float sum = 0;
                for (int j = 0; j < count; j++) {
                    values[i][j] = (float) filter.weight((float) ((j + first[i] - centre + 0.5) * inverse));
                    sum += values[i][j];
                }
                for (int j = 0; j < count && sum != 0; j++) {
                    values[i][j] /= sum;
                }
            }
            return new Weights(first, values);
        }
    }

    @Override
    public String toString() {
        return "resize as a tensor to " + rule + " (" + filter.name().toLowerCase(Locale.ROOT) + ")";
    }
}
