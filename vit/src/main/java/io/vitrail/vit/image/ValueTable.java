package io.vitrail.vit.image;

import java.util.Arrays;

/**
 * Rescaling and normalising by looking up: a sample of 8 bits has only 256 results per colour. So the reference's
 * arithmetic, which mixes precisions, is carried out exactly and once.
 *
 * @param results [3][256]
 */
record ValueTable(float[][] results, String description) {
    /** The samples themselves, 0 to 255. */
    static ValueTable identity() {
        return each("", sample -> sample);
    }

    /** As transformers rescales NumPy arrays: multiplied in double precision, then rounded to single. */
    static ValueTable rescaled(double factor) {
        return each("rescale by " + factor, sample -> (float) (sample * factor));
    }

    /** As transformers rescales PyTorch tensors: in single precision. */
    static ValueTable rescaledInSinglePrecision(double factor) {
        return each("rescale by " + factor, sample -> sample * (float) factor);
    }

    /** (value − mean) / deviation, each operation in single precision. */
    ValueTable normalised(double[] mean, double[] deviation) {
        float[][] normalised = new float[Planes.CHANNELS][256];
        for (int c = 0; c < Planes.CHANNELS; c++) {
            for (int sample = 0; sample < 256; sample++) {
                normalised[c][sample] = (results[c][sample] - (float) mean[c]) / (float) deviation[c];
            }
        }
        String separator = description.isEmpty() ? "" : ", ";
        return new ValueTable(normalised, description + separator + describe(mean, deviation));
    }

    static String describe(double[] mean, double[] deviation) {
        return "normalise by mean " + Arrays.toString(mean) + " and deviation " + Arrays.toString(deviation);
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

    private interface Arithmetic {
        float of(int sample);
    }

    private static ValueTable each(String description, Arithmetic arithmetic) {
        float[] results = new float[256];
        for (int sample = 0; sample < 256; sample++) {
            results[sample] = arithmetic.of(sample);
        }
        return new ValueTable(new float[][] {results, results, results}, description);
    }
}
