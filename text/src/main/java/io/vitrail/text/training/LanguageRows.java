package io.vitrail.text.training;

import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.training.CrossEntropy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Makes rows of tokens of texts that a language is learned from. */
final class LanguageRows {
    private final Tokenizer tokenizer;
    private final LanguageLessonOptions options;
    private final int maxTokens;
    private final Special special;

    /** What becomes of special tokens. */
    enum Special {
        /** They are learned; each text ends with the token of the end. */
        LEARNED,
        /** They are only read. */
        READ
    }

    /**
     * Tokens, and those of them that are learned.
     *
     * @param learned the token's id, or {@link CrossEntropy#IGNORED}
     */
    record Row(long[] ids, long[] learned) {
        private Row part(int from, int to) {
            return new Row(Arrays.copyOfRange(ids, from, to), Arrays.copyOfRange(learned, from, to));
        }

        /** How many tokens count of those from a place on. */
        int counted(int from) {
            return (int) Arrays.stream(learned, Math.min(from, learned.length), learned.length)
                    .filter(id -> id != CrossEntropy.IGNORED)
                    .count();
        }
    }

    /** @param maxTokens of a row */
    LanguageRows(Tokenizer tokenizer, LanguageLessonOptions options, int maxTokens, Special special) {
        this.tokenizer = tokenizer;
        this.options = options;
        this.maxTokens = maxTokens;
        this.special = special;
    }

    /** All rows in which something is learned. */
    List<Row> of(List<LanguageTexts.Example> texts) {
        List<Row> whole = texts.stream().map(this::row).toList();
        List<Row> rows = new ArrayList<>();
        switch (options.rows()) {
            case PADDED -> whole.forEach(row -> cut(row, rows));
            case PACKED -> {
                Row all = joined(whole);
                int full = all.ids.length - all.ids.length % maxTokens;
                cut(full == 0 ? all : all.part(0, full), rows);
            }
        }
        int first = special == Special.LEARNED ? 1 : 0; // nothing tells a row's first token
        return rows.stream().filter(row -> row.counted(first) > 0).toList();
    }

    private void cut(Row row, List<Row> rows) {
        for (int start = 0; start < row.ids.length; start += maxTokens) {
            rows.add(row.part(start, Math.min(start + maxTokens, row.ids.length)));
        }
    }

    private static Row joined(List<Row> rows) {
        long[] ids = rows.stream().flatMapToLong(row -> Arrays.stream(row.ids)).toArray();
        long[] learned =
                rows.stream().flatMapToLong(row -> Arrays.stream(row.learned)).toArray();
        return new Row(ids, learned);
    }

    private Row row(LanguageTexts.Example text) {
        Encoding encoding = tokenizer.encode(text.whole(), EncodeOptions.defaults());
        long[] ids = special == Special.LEARNED ? ended(encoding.ids()) : encoding.ids();
        long[] learned = ids.clone();
        for (int i = 0; special == Special.READ && i < ids.length; i++) {
            learned[i] = encoding.specialTokensMask()[i] == 1 ? CrossEntropy.IGNORED : ids[i];
        }
        if (options.learned() == LanguageLessonOptions.Learned.COMPLETIONS
                && !text.prompt().isEmpty()) {
            Arrays.fill(learned, 0, promptTokens(text.prompt(), ids), CrossEntropy.IGNORED);
        }
        return new Row(ids, learned);
    }

    /** How far the whole text's tokens are those of the prompt. */
    private int promptTokens(String prompt, long[] whole) {
        int differing = Arrays.mismatch(tokenizer.encode(prompt).ids(), whole);
        return differing < 0 ? whole.length : differing;
    }

    private long[] ended(long[] ids) {
        OptionalLong end = tokenizer.specialTokens().id("eos");
        if (end.isEmpty() || ids.length > 0 && ids[ids.length - 1] == end.getAsLong()) {
            return ids;
        }
        long[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = end.getAsLong();
        return ended;
    }
}
