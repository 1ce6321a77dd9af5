package io.vitrail.vit.image;

import java.util.ArrayList;
import java.util.List;

/**
 * Rescaling and normalising by looking up: a sample of 8 bits has only 256 results per colour. So the reference's
 * arithmetic, which mixes precisions, is carried out exactly and once.
 *
 * @param results [3][256]
 * @param steps what was done, in words
 */
record ValueTable(float[][] results, List<String> steps) {
    /** The samples themselves, 0 to 255. */
    static ValueTable raw() {
        return each(sample -> sample, List.of());
    }

    /** As transformers rescales NumPy arrays: multiplied in double precision, then rounded to single. */
    static ValueTable rescaled(double factor) {
        return each(sample -> (float) (sample * factor), List.of("rescale by " + factor));
    }

    /** As transformers rescales PyTorch tensors: in single precision. */
    static ValueTable rescaledInSinglePrecision(double factor) {
        return each(sample -> sample * (float) factor, List.of("rescale by " + factor));
    }

    ValueTable normalised(Normalisation normalisation) {
        float[][] normalised = new float[Planes.CHANNELS][256];
        for (int c = 0; c < Planes.CHANNELS; c++) {
            for (int sample = 0; sample < 256; sample++) {
                normalised[c][sample] = normalisation.of(results[c][sample], c);
            }
        }
        List<String> more = new ArrayList<>(steps);
        more.add(normalisation.toString());
        return new ValueTable(normalised, more);
    }

    /** Whether values are still samples. */
    boolean isRaw() {
        return steps.isEmpty();
    }

    /** Looks up every sample of an RGB picture. */
    Planes apply(Pixels pixels) {
        int size = pixels.width() * pixels.height();
        byte[] samples = pixels.raw();
        float[] values = Planes.room(pixels.height(), pixels.width());
        for (int c = 0; c < Planes.CHANNELS; c++) {
            float[] table = results[c];
            for (int i = 0, at = c; i < size; i++, at += Planes.CHANNELS) {
                values[c * size + i] = table[samples[at] & 0xFF];
            }
        }
        return new Planes(values, pixels.height(), pixels.width());
    }

    /** What black becomes, in each colour. */
    float[] black() {
        return new float[] {results[0][0], results[1][0], results[2][0]};
    }

    private interface Arithmetic {
        float of(int sample);
    }

    private static ValueTable each(Arithmetic arithmetic, List<String> steps) {
        float[] results = new float[256];
        for (int sample = 0; sample < 256; sample++) {
            results[sample] = arithmetic.of(sample);
        }
        return new ValueTable(new float[][] {results, results, results}, steps);
    }
}
