package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Places in a sequence as sines and cosines of geometrically falling frequencies (Vaswani et al. 2017, section 3.5). Nothing
 * is learned, and any length works.
 */
public final class SinusoidalPositions extends TensorBlock {
    /** Where sines and cosines stand in a vector. */
    public enum Layout {
        /** sin, cos, sin, cos, …: the paper's. */
        INTERLEAVED {
            @Override
            int channel(int frequency, int half, boolean cosine) {
                return 2 * frequency + (cosine ? 1 : 0);
            }
        },
        /** All sines, then all cosines: Marian's. */
        HALVES {
            @Override
            int channel(int frequency, int half, boolean cosine) {
                return cosine ? half + frequency : frequency;
            }
        };

        abstract int channel(int frequency, int half, boolean cosine);
    }

    private final int width;
    private final Layout layout;

    public SinusoidalPositions(int width, Layout layout) {
        Check.that(
                width > 0 && width % 2 == 0, "width (%d) must be even: each frequency has a sine and a cosine", width);
        this.width = width;
        this.layout = layout;
    }

    /** Adds the vectors of places 0 to tokens − 1: [batch, tokens, width] to the same. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Shape s = x.getShape();
        Check.that(s.get(2) == width, "Tokens of width %d don't fit positions of width %d.", s.get(2), width);
        int tokens = Math.toIntExact(s.get(1));
        return x.add(x.getManager().create(table(tokens), new Shape(tokens, width)));
    }

    /** PE(place, 2i) = sin(place / 10000^(2i / width)), PE(place, 2i + 1) = cos of the same; row by row. */
    float[] table(int tokens) {
        float[] table = new float[Math.multiplyExact(tokens, width)];
        for (int place = 0; place < tokens; place++) {
            for (int i = 0; i < width / 2; i++) {
                double angle = place / Math.pow(10000, 2.0 * i / width);
                table[place * width + layout.channel(i, width / 2, false)] = (float) Math.sin(angle);
                table[place * width + layout.channel(i, width / 2, true)] = (float) Math.cos(angle);
            }
        }
        return table;
    }
}
