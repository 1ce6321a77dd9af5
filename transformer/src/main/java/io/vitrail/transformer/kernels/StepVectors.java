package io.vitrail.transformer.kernels;

import io.vitrail.transformer.Activation;

/** What a step does with vectors of tokens, one behind the other, without weights to read. */
final class StepVectors {
    private final StepLoops loops;

    StepVectors(StepLoops loops) {
        this.loops = loops;
    }

    /**
     * Columns of a matrix: so many from a first one on.
     *
     * @param numbers of all columns
     * @param count of rows
     * @param width how many columns are meant
     */
    record Rows(float[] numbers, int count, int width) {
        int pitch() {
            return numbers.length / count;
        }
    }

    /** A copy of the columns from that one on. */
    static float[] columns(Rows rows, int first) {
        float[] some = new float[rows.count() * rows.width()];
        for (int row = 0; row < rows.count(); row++) {
            System.arraycopy(rows.numbers(), row * rows.pitch() + first, some, row * rows.width(), rows.width());
        }
        return some;
    }

    /** Activation(g) ⊙ u for rows [g, u], of twice that width. */
    float[] gated(float[] both, int width, Activation activation) {
        float[] gated = new float[both.length / 2];
        for (int row = 0, from = 0, to = 0; to < gated.length; row++, from += 2 * width, to += width) {
            loops.activate(activation, both, from, from + width);
            for (int i = 0; i < width; i++) {
                gated[to + i] = both[from + i] * both[from + width + i];
            }
        }
        return gated;
    }

    /** In place. */
    float[] activated(float[] x, Activation activation) {
        loops.activate(activation, x, 0, x.length);
        return x;
    }

    /**
     * {@link io.vitrail.transformer.Operations#rotate} of heads side by side, in place.
     *
     * @param cos of one head, for all rows or each; sin likewise
     */
    void rotate(Rows rows, float[] cos, float[] sin, int headWidth) {
        int half = headWidth / 2;
        for (int row = 0; row < rows.count(); row++) {
            int angle = cos.length == headWidth ? 0 : row * headWidth;
            int begin = row * rows.pitch();
            for (int at = begin; at < begin + rows.width(); at += headWidth) {
                for (int i = 0; i < half; i++) {
                    float a = rows.numbers()[at + i];
                    float b = rows.numbers()[at + half + i];
                    rows.numbers()[at + i] = a * cos[angle + i] - b * sin[angle + i];
                    rows.numbers()[at + half + i] = b * cos[angle + half + i] + a * sin[angle + half + i];
                }
            }
        }
    }

    float[] layerNorm(float[] x, float[] scale, float[] shift, float epsilon) {
        int width = scale.length;
        float[] y = new float[x.length];
        for (int at = 0; at < x.length; at += width) {
            double sum = 0;
            for (int i = 0; i < width; i++) {
                sum += x[at + i];
            }
            float mean = (float) (sum / width);
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += (x[at + i] - mean) * (x[at + i] - mean);
            }
            float factor = (float) (1 / Math.sqrt(squares / width + epsilon));
            for (int i = 0; i < width; i++) {
                y[at + i] = (x[at + i] - mean) * factor * scale[i] + shift[i];
            }
        }
        return y;
    }

    float[] rmsNorm(float[] x, float[] scale, float epsilon) {
        int width = scale.length;
        float[] y = new float[x.length];
        for (int at = 0; at < x.length; at += width) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += x[at + i] * x[at + i];
            }
            float factor = (float) (1 / Math.sqrt(squares / width + epsilon));
            for (int i = 0; i < width; i++) {
                y[at + i] = x[at + i] * factor * scale[i];
            }
        }
        return y;
    }
}
