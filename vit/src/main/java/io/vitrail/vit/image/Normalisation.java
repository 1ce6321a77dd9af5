package io.vitrail.vit.image;

import java.util.Arrays;

/** (value − mean) / deviation of a colour, each operation in single precision. */
record Normalisation(double[] mean, double[] deviation) {
    /** Leaves every value as it is. */
    static final Normalisation NONE = new Normalisation(new double[Planes.CHANNELS], new double[] {1, 1, 1});

    float of(float value, int channel) {
        return (value - (float) mean[channel]) / (float) deviation[channel];
    }

    @Override
    public String toString() {
        return "normalise by mean " + Arrays.toString(mean) + " and deviation " + Arrays.toString(deviation);
    }
}
