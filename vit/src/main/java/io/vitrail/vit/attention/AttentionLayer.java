package io.vitrail.vit.attention;

import io.vitrail.transformer.Check;
import io.vitrail.vit.TokenLayout;
import java.util.Arrays;

/**
 * The weights of one attention over one picture: by what share each token (a query) takes up each other (a key). The
 * queries are the keys themselves, or a single probe.
 *
 * @param layout how the tokens lie on the picture
 * @param heads of the attention
 * @param queries in each window
 * @param weights [windows, heads, queries, keys], each row adds up to 1; treat it as read-only
 */
public record AttentionLayer(TokenLayout layout, int heads, int queries, float[] weights) {
    /** Receives a query, the keys of its window, and where its row of weights begins. */
    @FunctionalInterface
    private interface Row {
        void accept(int query, int[] keys, int at);
    }

    public AttentionLayer {
        int[][] windows = layout.windows();
        Check.that(
                weights.length == windows.length * heads * queries * windows[0].length,
                "%d weights don't make %d windows of %d heads, %d queries and %d keys.",
                weights.length,
                windows.length,
                heads,
                queries,
                windows[0].length);
    }

    /** Whether the tokens ask each other. */
    boolean isSelfAttention() {
        return queries == layout.windows()[0].length;
    }

    /**
     * All weights of a head: [queries][tokens], special tokens first. Tokens that a window keeps apart share 0; where a
     * window is padded, the padding's share is missing from a row.
     */
    public float[][] matrix(int head) {
        float[][] matrix = new float[queryTokens()][layout.tokens()];
        forEachRow(head, (query, keys, at) -> {
            for (int i = 0; i < keys.length; i++) {
                if (keys[i] >= 0) {
                    matrix[query][keys[i]] = weights[at + i];
                }
            }
        });
        return matrix;
    }

    /** What the shares of the queries come to among the tokens: shares · matrix(head). */
    double[] taken(int head, double[] shares) {
        double[] taken = new double[layout.tokens()];
        forEachRow(head, (query, keys, at) -> {
            for (int i = 0; i < keys.length && shares[query] != 0; i++) {
                if (keys[i] >= 0) {
                    taken[keys[i]] += shares[query] * weights[at + i];
                }
            }
        });
        return taken;
    }

    /** How much of each query's attention goes to tokens: 1, less what a window's padding has. */
    double[] total(int head) {
        double[] total = new double[queryTokens()];
        forEachRow(head, (query, keys, at) -> {
            for (int i = 0; i < keys.length; i++) {
                total[query] += keys[i] >= 0 ? weights[at + i] : 0;
            }
        });
        return total;
    }

    private int queryTokens() {
        return isSelfAttention() ? layout.tokens() : queries;
    }

    private void forEachRow(int head, Row receiver) {
        Check.that(head >= 0 && head < heads, "This layer has heads 0 to %d, not %d.", heads - 1, head);
        int[][] windows = layout.windows();
        for (int window = 0; window < windows.length; window++) {
            int[] keys = windows[window];
            for (int i = 0; i < queries; i++) {
                int query = isSelfAttention() ? keys[i] : i;
                if (query >= 0) {
                    receiver.accept(query, keys, ((window * heads + head) * queries + i) * keys.length);
                }
            }
        }
    }

    /** One head, which is the mean of all. */
    AttentionLayer meanOfHeads() {
        return fused(weights);
    }

    /**
     * One head: the mean over heads of the products with a gradient, where these are positive (Chefer et al. 2021,
     * "Generic Attention-model Explainability", equation 5).
     *
     * @param gradient of a score by the weights
     */
    AttentionLayer relevance(float[] gradient) {
        float[] products = new float[weights.length];
        for (int i = 0; i < products.length; i++) {
            products[i] = Math.max(0, weights[i] * gradient[i]);
        }
        return fused(products);
    }

    private AttentionLayer fused(float[] values) {
        int windows = layout.windows().length;
        int size = values.length / windows / heads;
        float[] means = new float[windows * size];
        double[] sums = new double[size];
        for (int window = 0; window < windows; window++) {
            Arrays.fill(sums, 0);
            for (int i = 0; i < heads * size; i++) {
                sums[i % size] += values[window * heads * size + i];
            }
            for (int i = 0; i < size; i++) {
                means[window * size + i] = (float) (sums[i] / heads);
            }
        }
        return new AttentionLayer(layout, 1, queries, means);
    }
}
