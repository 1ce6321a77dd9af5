package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.KeyValue;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Projected;

/** Attention by kernels that never hold its scores, by the one that the mask allows. */
final class FastAttention {
    /** Queries whose scores are masked at a time, where later keys are hidden. */
    private static final int BLOCK = 256;
    /** The same where each head's values are made for the block. */
    private static final int NARROW_BLOCK = 32;

    private final KernelArchive kernels;
    private final KernelRooms rooms;

    FastAttention(KernelArchive kernels, KernelRooms rooms) {
        this.kernels = kernels;
        this.rooms = rooms;
    }

    /** {@link Operations#attention}. */
    NDArray of(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
        long queries = q.getShape().get(2);
        long keys = k.getShape().get(2);
        Check.that(
                v.getShape().get(2) == keys,
                "%d keys can't have %d values.",
                keys,
                v.getShape().get(2));
        if (mask instanceof AttentionMask.None) {
            return kernels.call("attention").with(q).with(k).with(v).with(scale).into(q.getManager());
        }
        if (isCausal(mask, keys) && queries == keys) { // the kernel counts from the first key
            return kernels.call("causal_attention")
                    .with(q)
                    .with(k)
                    .with(v)
                    .with(scale)
                    .into(q.getManager());
        }
        if (mask.madeByBlock() && queries > NARROW_BLOCK) {
            return inBlocks(q, k, v, mask, scale, NARROW_BLOCK);
        }
        if (mask.hidesLater() && queries > BLOCK && queries <= keys) {
            return inBlocks(q, k, v, mask, scale, BLOCK);
        }
        return kernels.call("masked_attention")
                .with(q)
                .with(k)
                .with(v)
                .with(added(mask, q.getManager(), queries, keys))
                .with(scale)
                .into(q.getManager());
    }

    private static boolean isCausal(AttentionMask mask, long keys) {
        boolean showsAllEarlier = mask instanceof AttentionMask.Window && mask.reach() >= keys;
        return mask instanceof AttentionMask.Causal || showsAllEarlier;
    }

    /**
     * The same by some queries at a time with the keys that they may see: masks take memory in proportion to the number
     * of keys, and what is hidden by a window or behind the last of the queries costs nothing.
     */
    private NDArray inBlocks(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale, int rows) {
        Shape shape = q.getShape();
        long queries = shape.get(2);
        long earlier = k.getShape().get(2) - queries;
        NDArray mixed = rooms.made(v, shape.get(0), queries, q.getManager());
        for (long first = 0; first < queries; first += rows) {
            long end = Math.min(first + rows, queries);
            long firstKey = Math.max(0, earlier + first + 1 - Math.min(mask.reach(), earlier + queries));
            long endKey = earlier + (mask.hidesLater() ? end : queries);
            AttentionMask.Block block = new AttentionMask.Block(first, end, firstKey, endKey);
            try (NDManager scope = q.getManager().newSubManager()) {
                AttentionMask part = mask.of(block, scope);
                NDArray values = added(part, scope, end - first, endKey - firstKey);
                NDArray some = kernels.call("block_attention")
                        .with(q)
                        .with(k)
                        .with(v)
                        .with(values)
                        .with(first)
                        .with(firstKey)
                        .with(scale)
                        .into(scope);
                rooms.write(mixed, some, first);
            }
        }
        return mixed;
    }

    /** What the mask adds to scores: [batch or 1, heads or 1, queries or 1, keys]. */
    static NDArray added(AttentionMask mask, NDManager manager, long queries, long keys) {
        if (mask instanceof AttentionMask.Bias bias) {
            return bias.values();
        }
        return mask.apply(manager.zeros(new Shape(1, 1, mask.sameForAllQueries() ? 1 : queries, keys)));
    }

    /** Of the last token alone, whose key and value are written into the rooms: {@link Operations#attendLast}. */
    NDArray last(Projected projected, KeyValue into, long place, float scale) {
        KernelRooms.checkOwn(into.k());
        KernelRooms.checkOwn(into.v());
        KernelRooms.check(into.k(), projected.k(), place);
        KernelRooms.check(into.v(), projected.v(), place);
        return kernels.call("attend_last")
                .with(projected.q())
                .with(projected.k())
                .with(projected.v())
                .with(into.k())
                .with(into.v())
                .with(place)
                .with(scale)
                .into(projected.q().getManager());
    }
}
