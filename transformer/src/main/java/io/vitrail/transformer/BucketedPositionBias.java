package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.stream.LongStream;

/**
 * Adds to attention's scores a learned number for how far a key is from a query, per head (Raffel et al. 2020, T5,
 * section 2.1). Distances share numbers in buckets: near ones have a bucket each, farther ones share buckets that grow
 * logarithmically up to a greatest distance, and all beyond share the last. It differs from
 * {@link RelativePositionBias}, where every distance within a grid has a number, in that any length works.
 */
public final class BucketedPositionBias extends TensorBlock {
    /** Which keys a query may see. */
    public enum Sight {
        /** Those before it and those behind it: half of the buckets for each. */
        BOTH_SIDES,
        /** Those before it, in a decoder; later ones share the bucket of distance 0, and are masked. */
        BEFORE
    }

    /** Numbers of a bias that all blocks share; a larger one is made by each, block by block. */
    private static final long SHARED = 1 << 24;

    private final Sight sight;
    private final int heads;
    private final int perSide;
    private final int near;
    private final int farthest;
    private final Parameter table;

    /**
     * @param buckets number of buckets, of both sides together
     * @param farthest distance from which on all share the last bucket of their side
     */
    public BucketedPositionBias(Sight sight, int buckets, int farthest, int heads) {
        this.sight = sight;
        this.heads = heads;
        this.farthest = farthest;
        perSide = sight == Sight.BOTH_SIDES ? buckets / 2 : buckets;
        near = perSide / 2; // distances below have a bucket each
        Check.that(near > 0, "%d buckets of distances are too few.", buckets);
        Check.that(
                farthest > near,
                "The greatest distance (%d) must be beyond the %d that have a bucket each.",
                farthest,
                near);
        table = parameter("weight", Parameter.Type.OTHER, Initializers.ZERO, buckets, heads);
    }

    /** The bias as a mask; its array belongs to x's manager. */
    public AttentionMask mask(NDArray x, Pass pass) {
        DistanceBias distances = distances(x, pass);
        long keys = Math.addExact(pass.earlierTokens(), distances.queries());
        return Math.multiplyExact(heads * distances.queries(), keys) > SHARED
                ? distances
                : new AttentionMask.Bias(distances.values(x.getManager()));
    }

    /**
     * The bias of x's tokens for themselves and those of earlier passes.
     *
     * @param x [batch, tokens, width]; its values aren't read
     * @return [1, heads, tokens, earlier + tokens], float32, in x's manager
     * @throws IllegalArgumentException if there are too many tokens
     */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        DistanceBias distances = distances(x, pass);
        try (NDArray byDistance = distances.byDistance()) {
            return distances.values(byDistance.getManager());
        }
    }

    private DistanceBias distances(NDArray x, Pass pass) {
        long queries = x.getShape().get(1);
        long keys = Math.addExact(pass.earlierTokens(), queries);
        NDManager outer = x.getManager();
        try (NDManager scope = outer.newSubManager()) {
            NDArray bucketOf = Scope.owned(scope.create(buckets(keys))); // [2 · keys − 1], by distance
            NDArray byDistance = Scope.lend(value(table, x, pass), scope).get(bucketOf); // [2 · keys − 1, heads]
            NDArray values = byDistance.transpose();
            values.attach(outer);
            return new DistanceBias(values, queries);
        }
    }

    /** The bucket of each distance from −(keys − 1) to keys − 1. */
    private long[] buckets(long keys) {
        return LongStream.rangeClosed(1 - keys, keys - 1).map(this::bucket).toArray();
    }

    /** The bucket of a key so many places behind the query; negative before it. */
    long bucket(long distance) {
        return switch (sight) {
            case BOTH_SIDES -> (distance > 0 ? perSide : 0) + ofSide(Math.abs(distance));
            case BEFORE -> ofSide(Math.max(0, -distance));
        };
    }

    /** Single precision, as the reference computes it: that decides between two buckets. */
    private long ofSide(long distance) {
        if (distance < near) {
            return distance;
        }
        float share = (float) Math.log((float) distance / near) / (float) Math.log((double) farthest / near); // 0 to 1
        return Math.min(near + (long) (share * (perSide - near)), perSide - 1);
    }
}
