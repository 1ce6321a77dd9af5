package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.stream.LongStream;

/**
 * Places in a sequence as sines and cosines of geometrically falling frequencies (Vaswani et al. 2017, section 3.5).
 * Nothing is learned, and any length works.
 */
public final class SinusoidalPositions extends SequencePositions {
    private static final double LONGEST = 10000;

    /** Where sines and cosines stand in a vector, and how the frequencies fall. */
    public enum Layout {
        /** sin, cos, sin, cos, …: the paper's. */
        INTERLEAVED {
            @Override
            int channel(int number, int half, boolean cosine) {
                return 2 * number + (cosine ? 1 : 0);
            }
        },
        /** All sines, then all cosines: Marian's. */
        HALVES,
        /** The same, with frequencies from 1 to exactly 1/10000, in single precision: Tensor2Tensor's, and so TrOCR's. */
        HALVES_TO_THE_END {
            @Override
            double frequency(int number, int half) {
                float step = (float) (Math.log(LONGEST) / (half - 1));
                return (float) Math.exp(-number * step);
            }

            @Override
            double angle(long place, double frequency) {
                return (float) place * (float) frequency;
            }
        };

        int channel(int number, int half, boolean cosine) {
            return cosine ? half + number : number;
        }

        /** 10000^(−2i / width). */
        double frequency(int number, int half) {
            return Math.pow(LONGEST, -(double) number / half);
        }

        double angle(long place, double frequency) {
            return place * frequency;
        }
    }

    private final int width;
    private final Layout layout;

    public SinusoidalPositions(int width, Layout layout) {
        Check.that(
                width > 0 && width % 2 == 0, "width (%d) must be even: each frequency has a sine and a cosine", width);
        Check.that(
                layout != Layout.HALVES_TO_THE_END || width > 2, "width (%d) must be more than one frequency", width);
        this.width = width;
        this.layout = layout;
    }

    /** Adds the vectors of places 0 to tokens − 1: [batch, tokens, width] to the same. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        long tokens = x.getShape().get(1);
        return added(x, LongStream.range(0, tokens).toArray(), new Shape(tokens, width));
    }

    @Override
    public NDArray forward(NDArray x, NDArray places, Pass pass) {
        return added(x, places.toLongArray(), places.getShape().add(width));
    }

    private NDArray added(NDArray x, long[] places, Shape shape) {
        long given = x.getShape().get(2);
        Check.that(given == width, "Tokens of width %d don't fit positions of width %d.", given, width);
        return x.add(x.getManager().create(table(places), shape));
    }

    /** PE(place, 2i) = sin(place / 10000^(2i / width)), PE(place, 2i + 1) = cos of the same; row by row. */
    float[] table(long... places) {
        float[] table = new float[Math.multiplyExact(places.length, width)];
        int half = width / 2;
        for (int i = 0; i < half; i++) {
            double frequency = layout.frequency(i, half);
            for (int row = 0; row < places.length; row++) {
                double angle = layout.angle(places[row], frequency);
                table[row * width + layout.channel(i, half, false)] = (float) Math.sin(angle);
                table[row * width + layout.channel(i, half, true)] = (float) Math.cos(angle);
            }
        }
        return table;
    }
}
