package io.vitrail.text.attention;

import io.vitrail.transformer.Check;

/**
 * The weights of one layer's attention: by what share each query takes up each key.
 *
 * @param heads of the attention
 * @param queries how many tokens ask
 * @param keys how many tokens are asked
 * @param values [heads, queries, keys], each row adds up to 1; treat it as read-only
 */
public record AttentionWeights(int heads, int queries, int keys, float[] values) {
    public AttentionWeights {
        Check.that(
                heads > 0 && values.length == (long) heads * queries * keys,
                "%d weights don't make %d heads of %d queries and %d keys.",
                values.length,
                heads,
                queries,
                keys);
    }

    /** By what share a query takes up a key. */
    public float at(int head, int query, int key) {
        checkHead(head);
        Check.that(query >= 0 && query < queries, "The queries are 0 to %d, not %d.", queries - 1, query);
        Check.that(key >= 0 && key < keys, "The keys are 0 to %d, not %d.", keys - 1, key);
        return values[(head * queries + query) * keys + key];
    }

    /** All weights of a head: [queries][keys]. */
    public float[][] matrix(int head) {
        checkHead(head);
        float[][] matrix = new float[queries][keys];
        for (int query = 0; query < queries; query++) {
            System.arraycopy(values, (head * queries + query) * keys, matrix[query], 0, keys);
        }
        return matrix;
    }

    /** The mean over the heads: [queries][keys]. */
    public float[][] mean() {
        float[][] mean = new float[queries][keys];
        for (int query = 0; query < queries; query++) {
            for (int key = 0; key < keys; key++) {
                double sum = 0;
                for (int head = 0; head < heads; head++) {
                    sum += values[(head * queries + query) * keys + key];
                }
                mean[query][key] = (float) (sum / heads);
            }
        }
        return mean;
    }

    private void checkHead(int head) {
        Check.that(head >= 0 && head < heads, "This layer has heads 0 to %d, not %d.", heads - 1, head);
    }
}
