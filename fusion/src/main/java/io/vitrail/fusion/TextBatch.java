package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextInput;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.EncodedBatch;
import io.vitrail.text.tokenizer.Padding;
import io.vitrail.text.tokenizer.Side;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts that go through a model together: filled up behind, which the mask hides.
 *
 * @param ids [texts, tokens]
 * @param seen [texts, tokens]: 1 for a token, 0 for padding
 */
record TextBatch(long[][] ids, long[][] seen) {
    /** Texts of one call that go through the model together. */
    private static final int SIZE = 16;

    /**
     * Texts in batches.
     *
     * @param kind what a text is, for errors
     * @param most tokens of a text, special ones included
     * @throws IllegalArgumentException if there is no text, or one is blank or longer
     */
    static List<TextBatch> of(List<String> texts, Tokenizer tokenizer, String kind, int most) {
        Check.that(!texts.isEmpty(), "There is no %s.", kind);
        EncodeOptions padded = EncodeOptions.builder()
                .padding(Padding.LONGEST)
                .paddingSide(Side.RIGHT)
                .build();
        List<TextBatch> batches = new ArrayList<>();
        for (int i = 0; i < texts.size(); i += SIZE) {
            List<TokenizerInput> some = texts.subList(i, Math.min(i + SIZE, texts.size())).stream()
                    .map(text -> TokenizerInput.of(present(text, kind)))
                    .toList();
            EncodedBatch encoded = tokenizer.encode(some, padded);
            batches.add(new TextBatch(encoded.ids(), encoded.attentionMask()));
        }
        batches.forEach(batch -> batch.check(kind, most));
        return batches;
    }

    /** A text that isn't blank. */
    static String present(String text, String kind) {
        Check.that(text != null && !text.isBlank(), "The %s is empty.", kind);
        return text;
    }

    private void check(String kind, int most) {
        int longest = ids[0].length;
        Check.that(
                longest <= most,
                "A %s has %d tokens, special ones included; the model takes at most %d.%n  try:  a shorter one.",
                kind,
                longest,
                most);
    }

    /** Number of texts. */
    int size() {
        return ids.length;
    }

    /** How many of a text's tokens aren't padding. */
    int length(int text) {
        return Math.toIntExact(Arrays.stream(seen[text]).sum());
    }

    /** What a model reads; its arrays belong to the scope. */
    TextInput input(NDManager scope) {
        return TextInput.of(array(ids, scope)).withMask(array(seen, scope));
    }

    private static NDArray array(long[][] rows, NDManager scope) {
        long[] all = Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray();
        return scope.create(all, new Shape(rows.length, rows[0].length));
    }
}
