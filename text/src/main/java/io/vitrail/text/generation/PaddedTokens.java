package io.vitrail.text.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.AttentionMask;
import java.util.Arrays;

/**
 * The next tokens of rows that are padded on the left.
 *
 * @param ids by row, as many of each
 * @param padding before each row
 * @param earlier tokens of each row, padding included, before these
 */
record PaddedTokens(long[][] ids, int[] padding, int earlier) {
    /**
     * Some columns of rows that are filled up to the longest.
     *
     * @param first column
     * @param end the first column that isn't among them
     */
    static PaddedTokens of(long[][] rows, int first, int end, int[] padding, int earlier) {
        int longest = Arrays.stream(rows).mapToInt(row -> row.length).max().orElseThrow();
        long[][] columns = new long[rows.length][end - first];
        for (int row = 0; row < rows.length; row++) {
            int missing = longest - rows[row].length;
            for (int i = Math.max(first, missing); i < end; i++) {
                columns[row][i - first] = rows[row][i - missing];
            }
        }
        return new PaddedTokens(columns, padding, earlier);
    }

    int rows() {
        return ids.length;
    }

    /** Tokens of each row. */
    int count() {
        return ids[0].length;
    }

    /** Padding of the longest row. */
    int fewest() {
        return Arrays.stream(padding).min().orElse(0);
    }

    /** The tokens with their places and, if there is padding, what is real of all tokens so far. */
    TextInput input(NDManager scope) {
        long[] all = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        long[] places = new long[all.length];
        for (int row = 0; row < rows(); row++) {
            for (int i = 0; i < count(); i++) {
                places[row * count() + i] = Math.max(0, earlier + i - padding[row]);
            }
        }
        Shape shape = new Shape(rows(), count());
        TextInput input = TextInput.of(scope.create(all, shape)).withPlaces(scope.create(places, shape));
        return Arrays.stream(padding).allMatch(missing -> missing == 0)
                ? input
                : input.hiding(new AttentionMask.Padding(real(scope)));
    }

    /** 1 for tokens and 0 for padding: [rows, all tokens]. */
    private NDArray real(NDManager scope) {
        int all = earlier + count();
        float[] real = new float[Math.multiplyExact(rows(), all)];
        for (int row = 0; row < rows(); row++) {
            Arrays.fill(real, row * all + Math.min(padding[row], all), (row + 1) * all, 1);
        }
        return scope.create(real, new Shape(rows(), all));
    }
}
