package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.tokenizer.Encoding;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Rows of tokens of different lengths as one batch: filled up behind, which the mask hides. */
final class PaddedRows {
    private PaddedRows() {}

    /** What a model reads; its arrays belong to the manager. */
    static TextInput input(List<Encoding> rows, long padding, NDManager scope) {
        return TextInput.of(array(rows, Encoding::ids, padding, scope))
                .withMask(array(rows, Encoding::attentionMask, 0, scope));
    }

    /** The same, filled up to a length, for a model that sees what rows are filled with. */
    static TextInput filled(List<Encoding> rows, long padding, int length, NDManager scope) {
        return TextInput.of(array(rows, Encoding::ids, padding, length, scope));
    }

    /** One of the rows' numbers: [rows, longest]. */
    static NDArray array(List<Encoding> rows, Function<Encoding, long[]> values, long padding, NDManager scope) {
        int longest = rows.stream().mapToInt(Encoding::length).max().orElseThrow();
        return array(rows, values, padding, longest, scope);
    }

    private static NDArray array(
            List<Encoding> rows, Function<Encoding, long[]> values, long padding, int longest, NDManager scope) {
        long[] all = new long[Math.multiplyExact(rows.size(), longest)];
        Arrays.fill(all, padding);
        for (int i = 0; i < rows.size(); i++) {
            long[] row = values.apply(rows.get(i));
            System.arraycopy(row, 0, all, i * longest, row.length);
        }
        return scope.create(all, new Shape(rows.size(), longest));
    }
}
