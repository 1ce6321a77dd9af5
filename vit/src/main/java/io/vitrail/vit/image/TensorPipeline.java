package io.vitrail.vit.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rescales, then resizes as torchvision resizes tensors with {@code antialias=True}: the same filters as Pillow's, in
 * single precision, width before height, without rounding to 8 bits in between. Crops and normalises last. PyTorch is
 * compiled to fused multiplications and additions; with those its results are met bit for bit. (Except of pictures that
 * become one pixel wide, to which PyTorch 2.7 gives a wrong row.)
 *
 * @param values rescaled; if raw, what is resized is rounded to whole numbers, as torchvision does where it doesn't
 *     resize samples themselves: for the bilinear filter, on processors with AVX-512
 */
record TensorPipeline(ValueTable values, Resize resize, Optional<CentreCrop> crop, Normalisation normalisation)
        implements Pipeline {
    @Override
    public Planes run(Image image) {
        Pixels pixels = image.pixels();
        SizeRule.Size size = resize.rule().of(pixels.height(), pixels.width());
        Window frame = Pipeline.frame(crop, size);
        Window part = frame.within(size);
        Axis columnAxis = Axis.whole(pixels.width(), size.width()).wanting(part.left(), part.width());
        Axis rowAxis = Axis.whole(pixels.height(), size.height()).wanting(part.top(), part.height());
        Weights columns = Weights.of(columnAxis, resize.filter());
        Weights rows = Weights.of(rowAxis, resize.filter());
        Planes resized = vertical(horizontal(pixels, columns, rows), rows);
        finish(resized);
        return resized.framed(part, frame, values.normalised(normalisation).black());
    }

    /** Shortens those rows that are needed later on. */
    private Planes horizontal(Pixels pixels, Weights columns, Weights rows) {
        int width = columns.size();
        int height = rows.end() - rows.begin();
        byte[] samples = pixels.raw();
        float[] resized = Planes.room(height, width);
        for (int i = 0; i < resized.length; i++) {
            int c = i / width / height;
            int y = rows.begin() + i / width % height;
            int from = (y * pixels.width() + columns.first[i % width]) * Planes.CHANNELS + c;
            float[] table = values.results()[c];
            float sum = 0;
            for (float weight : columns.values[i % width]) {
                sum = Math.fma(table[samples[from] & 0xFF], weight, sum);
                from += Planes.CHANNELS;
            }
            resized[i] = sum;
        }
        return new Planes(resized, height, width);
    }

    private static Planes vertical(Planes planes, Weights rows) {
        int height = rows.size();
        int width = planes.width();
        float[] resized = Planes.room(height, width);
        for (int row = 0; row < Planes.CHANNELS * height; row++) {
            int y = row % height;
            int from = (row / height * planes.height() + rows.first[y] - rows.begin()) * width;
            for (float weight : rows.values[y]) {
                for (int x = 0; x < width; x++) {
                    resized[row * width + x] = Math.fma(planes.values()[from + x], weight, resized[row * width + x]);
                }
                from += width;
            }
        }
        return new Planes(resized, height, width);
    }

    /** Rounds or normalises, in place. */
    private void finish(Planes planes) {
        float[] resized = planes.values();
        for (int i = 0; i < resized.length; i++) {
            resized[i] = isRaw() ? (float) Math.rint(resized[i]) : normalisation.of(resized[i], i / planes.size());
        }
    }

    /** For each output value the first input value that counts, and the weights from there on. */
    private record Weights(int[] first, float[][] values) {
        static Weights of(Axis axis, Resampling filter) {
            float scale = (float) axis.inputSize() / axis.outputSize();
            float support = (float) (filter.support() * Math.max(scale, 1));
            float inverse = scale >= 1 ? 1 / scale : 1;
            int[] first = new int[axis.count()];
            float[][] values = new float[axis.count()][];
            for (int i = 0; i < axis.count(); i++) {
                float centre = (float) (scale * (axis.first() + i + 0.5));
                first[i] = Math.max(0, (int) (centre - support + 0.5));
                int count = Math.min(axis.inputSize(), (int) (centre + support + 0.5)) - first[i];
                values[i] = new float[count];
                float sum = 0;
                for (int j = 0; j < count; j++) {
                    float distance = (float) ((j + first[i] - centre + 0.5) * inverse);
                    values[i][j] = filter == Resampling.BICUBIC ? bicubic(distance) : (float) filter.weight(distance);
                    sum += values[i][j];
                }
                for (int j = 0; j < count && sum != 0; j++) {
                    values[i][j] /= sum;
                }
            }
            return new Weights(first, values);
        }

        private static float bicubic(float distance) {
            float x = Math.abs(distance);
            if (x < 1) {
                return Math.fma(Math.fma(1.5f, x, -2.5f) * x, x, 1);
            }
            return x < 2 ? Math.fma(Math.fma(Math.fma(-0.5f, x, 2.5f), x, -4), x, 2) : 0;
        }

        int size() {
            return first.length;
        }

        int begin() {
            return first[0];
        }

        int end() {
            return first[size() - 1] + values[size() - 1].length;
        }
    }

    @Override
    public boolean isRaw() {
        return values.isRaw();
    }

    @Override
    public boolean padsBatch() {
        return false;
    }

    @Override
    public String toString() {
        List<String> steps = new ArrayList<>(values.steps());
        steps.add(resize.toString());
        crop.ifPresent(c -> steps.add(c.toString()));
        if (normalisation != Normalisation.NONE) {
            steps.add(normalisation.toString());
        }
        return String.join(", ", steps);
    }
}
