package io.vitrail.text.training;

import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads texts into tokens, special ones included.
 *
 * @param maxTokens of a row; what is longer is cut, of a pair the longer text
 */
record RowReader(Tokenizer tokenizer, int maxTokens) {
    private static final int AT_ONCE = 256;

    /**
     * The tokens of a text.
     *
     * @param segments which text of a pair each token is of
     */
    record Tokens(long[] ids, long[] segments) {}

    /** @throws IllegalArgumentException if a text has no tokens */
    List<Tokens> read(List<TokenizerInput> texts) {
        EncodeOptions options = EncodeOptions.builder()
                .truncation(Truncation.LONGEST_FIRST)
                .maxLength(Math.min(maxTokens, tokenizer.modelMaxLength().orElse(maxTokens)))
                .build();
        List<Tokens> rows = new ArrayList<>();
        for (int start = 0; start < texts.size(); start += AT_ONCE) {
            List<TokenizerInput> some = texts.subList(start, Math.min(start + AT_ONCE, texts.size()));
            for (Encoding row : tokenizer.encode(some, options).rows()) {
                String text = some.get(rows.size() - start).text();
                Check.that(row.length() > 0, "A text has no tokens: '%s'.%n  try:  leave it out.", text);
                rows.add(new Tokens(row.ids(), row.typeIds()));
            }
        }
        return rows;
    }
}
