package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Rotary position embedding of sequences (Su et al. 2021, "RoFormer", section 3.4.2): each pair of components turns in
 * proportion to the token's place, pair i by θ^(−2i / headWidth) per place, so that a query and a key meet at an angle
 * that tells how far apart they are. Nothing is learned, and any place works.
 */
public final class RotaryPositions {
    /** Places whose angles are computed in Java. */
    private static final int FEW = 4;

    private final int headWidth;
    private final double theta;
    private final RotaryScaling scaling;

    /**
     * @param theta base of the frequencies
     * @param scaling how they are changed for texts longer than those of the training
     */
    public RotaryPositions(int headWidth, double theta, RotaryScaling scaling) {
        Check.that(
                headWidth > 0 && headWidth % 2 == 0,
                "Rotary positions turn pairs: heads %d wide don't fit.",
                headWidth);
        Check.that(theta > 0, "The base of rotary frequencies must be positive, not %s.", theta);
        scaling.check(headWidth);
        this.headWidth = headWidth;
        this.theta = theta;
        this.scaling = scaling;
    }

    /** Whether frequencies change with the length of the text. */
    public boolean dependsOnLength() {
        return scaling.dependsOnLength();
    }

    /** The same where the last place tells the length of all texts, if that matters. */
    public Rotation at(NDArray places) {
        return at(places, Optional.empty());
    }

    /**
     * The rotation of tokens at their places, computed once for all layers.
     *
     * @param places [batch or 1, tokens], int64; the rotation is of no use once their manager is closed
     * @param lengths by row of the batch, the tokens of the whole text; without them the last place of all tells it
     */
    public Rotation at(NDArray places, Optional<long[]> lengths) {
        Check.that(places.getDataType() == DataType.INT64, "Places must be int64, not %s.", places.getDataType());
        long[] of = lengths(places, lengths);
        return places.size() <= FEW
                        && (of.length == 1 || of.length == places.getShape().get(0))
                ? ofFew(places, of)
                : ofMany(places, of);
    }

    private Rotation ofMany(NDArray places, long[] of) {
        NDArray angles = places.toType(DataType.FLOAT32, false)
                .expandDims(1)
                .expandDims(3)
                .mul(frequencies(places.getManager(), of)); // [batch or 1, 1, tokens, headWidth]
        NDArray cos = amplified(angles.cos());
        NDArray sin = amplified(angles.sin());
        return new Rotation.Angles(cos, sin);
    }

    /** The same in Java: a token that is written has few angles, and each of a dozen calls into the engine would take longer. */
    private Rotation ofFew(NDArray places, long[] of) {
        long[] at = places.toLongArray();
        int tokens = Math.toIntExact(places.getShape().get(1));
        float[] cos = new float[at.length * headWidth];
        float[] sin = new float[at.length * headWidth];
        for (int i = 0; i < at.length; i++) {
            float[] frequencies = bothHalves(of[of.length == 1 ? 0 : i / tokens]);
            for (int j = 0; j < headWidth; j++) {
                float angle = at[i] * frequencies[j];
                cos[i * headWidth + j] = (float) (Math.cos(angle) * scaling.amplitude());
                sin[i * headWidth + j] = (float) (Math.sin(angle) * scaling.amplitude());
            }
        }
        Shape shape = new Shape(places.getShape().get(0), 1, tokens, headWidth);
        NDManager manager = places.getManager();
        return new Rotation.Angles(Scope.owned(manager.create(cos, shape)), Scope.owned(manager.create(sin, shape)));
    }

    /** By row of the batch, or the same for all. */
    private long[] lengths(NDArray places, Optional<long[]> lengths) {
        if (!scaling.dependsOnLength()) {
            return new long[] {0};
        }
        return lengths.orElseGet(() -> new long[] {places.max().getLong() + 1});
    }

    /** [as many lengths, 1, 1, headWidth]. */
    private NDArray frequencies(NDManager manager, long[] of) {
        FloatBuffer all = FloatBuffer.allocate(of.length * headWidth);
        Arrays.stream(of).forEach(length -> all.put(bothHalves(length)));
        return manager.create(all.rewind(), new Shape(of.length, 1, 1, headWidth));
    }

    private NDArray amplified(NDArray x) {
        return scaling.amplitude() == 1 ? x : x.mul(scaling.amplitude());
    }

    /** The same frequency for both members of a pair, which are half a head apart. */
    private float[] bothHalves(long length) {
        double[] frequencies = scaling.frequencies(headWidth, theta, length);
        float[] both = new float[headWidth];
        for (int i = 0; i < headWidth; i++) {
            both[i] = (float) frequencies[i % frequencies.length];
        }
        return both;
    }
}
