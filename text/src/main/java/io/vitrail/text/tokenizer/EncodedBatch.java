package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.List;
import java.util.function.Function;

/**
 * Encoded rows. Where texts overflow there are more rows than inputs.
 *
 * @param rows in the order of the inputs, each followed by its continuations
 * @param inputs the index of each row's input
 */
public record EncodedBatch(List<Encoding> rows, List<Integer> inputs) {
    /** [rows, tokens]. */
    public long[][] ids() {
        return matrix(Encoding::ids);
    }

    /** [rows, tokens]. */
    public long[][] typeIds() {
        return matrix(Encoding::typeIds);
    }

    /** [rows, tokens]. */
    public long[][] attentionMask() {
        return matrix(Encoding::attentionMask);
    }

    /** [rows, tokens]. */
    public long[][] specialTokensMask() {
        return matrix(Encoding::specialTokensMask);
    }

    private long[][] matrix(Function<Encoding, long[]> values) {
        Check.that(
                rows.stream().mapToInt(Encoding::length).distinct().count() <= 1,
                "The rows have different lengths; encode them with padding to use them as one array.");
        return rows.stream().map(values).toArray(long[][]::new);
    }
}
