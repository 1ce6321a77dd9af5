package io.vitrail.transformer;

import java.util.Arrays;

/**
 * A picture or a text as one vector: alike things have alike vectors.
 *
 * @param values the vector; treat it as read-only
 */
public record Embedding(float[] values) {
    /** The cosine of the angle between two vectors: 1 for the same direction, 0 for none in common. */
    public double cosine(Embedding other) {
        Check.that(
                values.length == other.values.length,
                "Vectors of width %d and %d can't be compared: they come from different models.",
                values.length,
                other.values.length);
        double dot = 0;
        double norm = 0;
        double otherNorm = 0;
        for (int i = 0; i < values.length; i++) {
            dot += (double) values[i] * other.values[i];
            norm += (double) values[i] * values[i];
            otherNorm += (double) other.values[i] * other.values[i];
        }
        return dot / Math.max(Math.sqrt(norm) * Math.sqrt(otherNorm), 1e-12);
    }

    /** The same direction with length 1. */
    public Embedding normalized() {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        float length = (float) Math.max(Math.sqrt(sum), 1e-12);
        float[] unit = new float[values.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = values[i] / length;
        }
        return new Embedding(unit);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Embedding embedding && Arrays.equals(values, embedding.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
