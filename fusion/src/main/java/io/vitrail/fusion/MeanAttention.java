package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Trace;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What each place took from each other, on average over layers and heads.
 *
 * @param weights by query and key
 */
record MeanAttention(float[][] weights) {
    /**
     * Of the weights of one text that a trace recorded under names that begin alike; empty if there are none.
     *
     * @param stage such as {@code cross_attentions.}; each [1, heads, queries, keys]
     */
    static Optional<MeanAttention> of(Trace trace, String stage) {
        List<NDArray> layers = trace.recorded().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(stage))
                .map(entry -> entry.getValue().mean(new int[] {1}).squeeze(0)) // [queries, keys]
                .toList();
        return layers.stream().reduce(NDArray::add).map(sum -> new MeanAttention(rows(sum.div(layers.size()))));
    }

    private static float[][] rows(NDArray matrix) {
        int keys = Math.toIntExact(matrix.getShape().get(1));
        float[] all = matrix.toFloatArray();
        float[][] rows = new float[all.length / keys][keys];
        for (int query = 0; query < rows.length; query++) {
            System.arraycopy(all, query * keys, rows[query], 0, keys);
        }
        return rows;
    }

    int queries() {
        return weights.length;
    }

    /** 0 without queries. */
    int keys() {
        return queries() == 0 ? 0 : weights[0].length;
    }

    /** Of some queries alone. */
    MeanAttention part(int... queries) {
        return new MeanAttention(
                Arrays.stream(queries).mapToObj(query -> weights[query]).toArray(float[][]::new));
    }

    /** Of the queries from one on. */
    MeanAttention from(int first) {
        return new MeanAttention(Arrays.copyOfRange(weights, first, queries()));
    }

    /** Of the last queries. */
    MeanAttention last(int count) {
        return from(queries() - count);
    }

    /** Of some keys alone. */
    MeanAttention keys(int... chosen) {
        return part(IntStream.range(0, queries()).toArray(), chosen);
    }

    /** Of some queries and keys alone. */
    MeanAttention part(int[] queries, int[] keys) {
        float[][] part = new float[queries.length][keys.length];
        for (int query = 0; query < queries.length; query++) {
            for (int key = 0; key < keys.length; key++) {
                part[query][key] = weights[queries[query]][keys[key]];
            }
        }
        return new MeanAttention(part);
    }

    /** With other numbers for the keys of each query. */
    MeanAttention map(UnaryOperator<float[]> keys) {
        return new MeanAttention(Arrays.stream(weights).map(keys).toArray(float[][]::new));
    }

    /** What these queries took from the others' keys by way of the others' queries, which are these keys. */
    MeanAttention through(MeanAttention others) {
        float[][] product = new float[queries()][others.keys()];
        for (int query = 0; query < queries(); query++) {
            for (int between = 0; between < keys(); between++) {
                for (int key = 0; key < others.keys(); key++) {
                    product[query][key] += weights[query][between] * others.weights[between][key];
                }
            }
        }
        return new MeanAttention(product);
    }
}
