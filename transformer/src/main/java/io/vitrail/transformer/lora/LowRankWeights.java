package io.vitrail.transformer.lora;

import io.vitrail.transformer.Check;
import java.util.Optional;

/**
 * The matrices of one layer's change ΔW = scaling · B A (Hu et al. 2021, equation 3), row by row.
 *
 * @param a [rank, inputs]
 * @param b [outputs, rank]
 * @param rank of both
 * @param scaling the factor
 * @param bias [outputs], what B adds besides, if it does
 * @param magnitude [outputs], the length of each of the changed weight's rows, where direction and length are learned apart
 *     (Liu et al. 2024, "DoRA")
 */
record LowRankWeights(
        float[] a, float[] b, int rank, double scaling, Optional<float[]> bias, Optional<float[]> magnitude) {
    LowRankWeights {
        boolean ranked =
                rank > 0 && a.length >= rank && b.length >= rank && a.length % rank == 0 && b.length % rank == 0;
        Check.that(ranked, "A and B must have %d ranks.", rank);
        int outputs = b.length / rank;
        bias.ifPresent(values -> checkLength("biases", values, outputs));
        magnitude.ifPresent(values -> checkLength("lengths", values, outputs));
    }

    private static void checkLength(String what, float[] values, int outputs) {
        Check.that(values.length == outputs, "%d %s can't be of %d outputs.", values.length, what, outputs);
    }

    int inputs() {
        return a.length / rank;
    }

    int outputs() {
        return b.length / rank;
    }

    /** Some of the outputs, as a layer of its own. */
    LowRankWeights part(int index, int count) {
        int rows = outputs() / count;
        Check.that(rows * count == outputs(), "%d outputs can't be divided among %d layers.", outputs(), count);
        float[] some = new float[rows * rank];
        System.arraycopy(b, index * rows * rank, some, 0, some.length);
        Optional<float[]> itsBias = bias.map(all -> {
            float[] own = new float[rows];
            System.arraycopy(all, index * rows, own, 0, rows);
            return own;
        });
        return new LowRankWeights(a, some, rank, scaling, itsBias, Optional.empty());
    }

    /** scaling · B A: [outputs, inputs]. */
    float[] delta() {
        int inputs = inputs();
        float[] delta = new float[outputs() * inputs];
        for (int o = 0; o < outputs(); o++) {
            for (int r = 0; r < rank; r++) {
                float factor = b[o * rank + r];
                for (int i = 0; i < inputs; i++) {
                    delta[o * inputs + i] += factor * a[r * inputs + i];
                }
            }
        }
        for (int i = 0; i < delta.length; i++) {
            delta[i] *= (float) scaling;
        }
        return delta;
    }

    /**
     * The changed weight.
     *
     * @param weight [outputs, inputs]; it is written over
     */
    float[] mergedInto(float[] weight) {
        float[] delta = delta();
        for (int i = 0; i < weight.length; i++) {
            weight[i] += delta[i];
        }
        magnitude.ifPresent(lengths -> stretch(weight, lengths));
        return weight;
    }

    private void stretch(float[] weight, float[] lengths) {
        int inputs = inputs();
        for (int o = 0; o < outputs(); o++) {
            double square = 0;
            for (int i = 0; i < inputs; i++) {
                square += (double) weight[o * inputs + i] * weight[o * inputs + i];
            }
            float factor = (float) (lengths[o] / Math.sqrt(square));
            for (int i = 0; i < inputs; i++) {
                weight[o * inputs + i] *= factor;
            }
        }
    }
}
