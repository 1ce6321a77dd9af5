package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * Adds a bias that depends on how far a key is from a query. It isn't kept for each pair: a block's values are made
 * when they are asked for.
 *
 * @param byDistance [heads, 2 · keys − 1], from −(keys − 1) to keys − 1 places behind the query
 * @param queries so many; they are the last of the keys
 */
public record DistanceBias(NDArray byDistance, long queries) implements AttentionMask {
    /** [queries, keys] at once: with 12 heads the bias is 3 GB. */
    private static final long MOST_PAIRS = 1 << 26;

    private long keys() {
        return (byDistance.getShape().get(1) + 1) / 2;
    }

    /** All of it: [1, heads, queries, keys], in that manager. */
    NDArray values(NDManager manager) {
        Check.that(
                queries <= MOST_PAIRS / keys(),
                "%d tokens are too many for a bias between each two of them.%n"
                        + "  try:  a shorter text, or the fast path without attentions.",
                keys());
        return values(new Block(0, queries, 0, keys()), manager);
    }

    @Override
    public NDArray apply(NDArray scores) {
        try (NDManager scope = scores.getManager().newSubManager()) {
            return scores.add(values(scope));
        }
    }

    @Override
    public boolean madeByBlock() {
        return true;
    }

    @Override
    public AttentionMask of(Block block, NDManager manager) {
        return new AttentionMask.Bias(values(block, manager));
    }

    /**
     * Row by row the numbers of one place less. Behind one another they are the same numbers over and over, if a
     * row has one number less than there are.
     */
    private NDArray values(Block block, NDManager manager) {
        long heads = byDistance.getShape().get(0);
        long rows = block.endQuery() - block.firstQuery();
        long columns = block.endKey() - block.firstKey();
        long least = block.firstKey() + queries - block.endQuery(); // of the last query
        long count = rows + columns - 1;
        return Scope.of(Scope.lend(byDistance, manager), all -> {
            NDArray some = all.get(":, {}:{}", least, least + count); // [heads, count]
            if (rows == 1) {
                return some.reshape(1, heads, 1, columns);
            }
            NDArray repeated = some.expandDims(1).broadcast(heads, rows, count).reshape(heads, rows * count);
            return repeated.get(":, {}:{}", rows - 1, rows * count - 1)
                    .reshape(1, heads, rows, count - 1)
                    .get(":, :, :, :{}", columns);
        });
    }
}
