package io.vitrail.transformer;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.stream.LongStream;

/**
 * Vectors of distances between tokens (Dai et al. 2019, section 3.3): the sines and cosines of
 * {@link SinusoidalPositions}, of how far a key lies behind a query instead of where either stands. So they stay
 * right when a segment becomes memory. Thread-safe.
 */
public final class RelativePositions {
    private final SinusoidalPositions sinusoids;
    private final int width;
    private final int farthest;
    private volatile float[] table = {}; // of distances 0, 1, 2 and so on, as far as they were needed

    /** @param farthest from here on all distances count as this one; 0 if none do */
    public RelativePositions(int width, int farthest) {
        sinusoids = new SinusoidalPositions(width, SinusoidalPositions.Layout.HALVES);
        this.width = width;
        this.farthest = farthest > 0 ? farthest : Integer.MAX_VALUE;
    }

    /**
     * The same pass, whose blocks share the vectors of the distances that the last of so many keys can have: [1,
     * keys, width], the farthest first.
     *
     * @param manager owns them
     */
    public Pass sharing(int keys, Pass pass, NDManager manager) {
        float[] distances = upTo(Math.min(keys - 1, farthest));
        float[] vectors = new float[Math.multiplyExact(keys, width)];
        for (int key = 0; key < keys; key++) {
            int distance = Math.min(keys - 1 - key, farthest);
            System.arraycopy(distances, distance * width, vectors, key * width, width);
        }
        return pass.withDistances(manager.create(vectors, new Shape(1, keys, width)));
    }

    private float[] upTo(int distance) {
        float[] known = table;
        if (known.length <= distance * width) {
            known = sinusoids.table(LongStream.rangeClosed(0, distance).toArray());
            table = known;
        }
        return known;
    }
}
