package io.vitrail.text;

import ai.djl.ndarray.NDManager;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.transformer.Calls;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.LengthBatches;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * How the calls of one task on text are answered. Immutable and thread-safe. Texts are tokenized by the calling thread, outside
 * the model's turn, so that what is wrong with one is told its caller alone.
 *
 * @param <R> what the task gives of a row
 */
final class TextCalls<R> {
    /** What a task computes from texts. */
    @FunctionalInterface
    interface Answer<R> {
        /** One result per row; the rows of the input are padded, those beside it aren't. */
        List<R> of(TextEncoder model, TextInput input, List<Encoding> rows, Pass pass);
    }

    /** Rows of one call that go through the model together. */
    static final int BATCH = 8;

    private final LoadedTextModel<TextEncoder> loaded;
    private final Calls<List<Encoding>, R> calls;

    private TextCalls(LoadedTextModel<TextEncoder> loaded, Calls<List<Encoding>, R> calls) {
        this.loaded = loaded;
        this.calls = calls;
    }

    /** Each call by itself, for as long as it takes. */
    static <R> TextCalls<R> of(LoadedTextModel<TextEncoder> loaded, Answer<R> task) {
        return new TextCalls<>(loaded, Calls.of(new Rows<>(loaded, task)));
    }

    /** Most tokens of a row that both a model and its tokenizer take; where neither has an end, as many as can be asked for. */
    static int maxTokens(LoadedTextModel<TextEncoder> loaded) {
        int most = loaded.tokenizer().modelMaxLength().orElse(EncodeOptions.LONGEST);
        return Math.min(Math.min(loaded.model().maxTokens(), most), EncodeOptions.LONGEST);
    }

    /** Together with other callers' texts. */
    TextCalls<R> batching(int most, Duration wait) {
        return new TextCalls<>(loaded, calls.batching(most, wait));
    }

    /** With an error for calls that take longer. */
    TextCalls<R> withDeadline(Duration limit) {
        return new TextCalls<>(loaded, calls.withDeadline(limit));
    }

    /**
     * Results in the rows' order; memory for one batch at a time.
     *
     * @throws IllegalArgumentException if a row is longer than the model takes
     */
    List<R> answer(List<Encoding> rows) {
        Patience patience = calls.patience();
        rows.forEach(this::checkLength);
        return LengthBatches.answer(rows, Encoding::length, BATCH, some -> calls.answer(some, patience));
    }

    private void checkLength(Encoding row) {
        int most = loaded.model().maxTokens();
        Check.that(row.length() > 0, "A text has no tokens, and its tokenizer adds none.");
        Check.that(
                row.length() <= most,
                "A text has %d tokens, special ones included; the model takes at most %d.%n"
                        + "  try:  shorter texts, or a part at a time.",
                row.length(),
                most);
    }

    /** Rows without padding. Texts of all lengths go together: padding is hidden. */
    private record Rows<R>(LoadedTextModel<TextEncoder> loaded, Answer<R> task)
            implements Calls.Work<List<Encoding>, R> {
        @Override
        public List<R> alone(List<Encoding> rows, Patience patience) {
            return loaded.session().run(patience, (model, scope, pass) -> answer(model, rows, scope, pass));
        }

        @Override
        public List<R> together(Supplier<List<List<Encoding>>> items, Patience patience) {
            return loaded.session().runForOthers(patience, (model, scope, pass) -> {
                List<Encoding> rows = items.get().stream().flatMap(List::stream).toList();
                return rows.isEmpty() ? List.of() : answer(model, rows, scope, pass);
            });
        }

        private List<R> answer(TextEncoder model, List<Encoding> rows, NDManager scope, Pass pass) {
            TextInput input = model.seesPadding()
                    ? PaddedRows.filled(rows, shownPadding(model), model.maxTokens(), scope)
                    : PaddedRows.input(rows, model.padding(), scope)
                            .withLengths(
                                    rows.stream().mapToLong(Encoding::length).toArray());
            boolean segments = model.segments() > 0 && loaded.tokenizer().usesTypeIds();
            return task.of(
                    model,
                    segments ? input.withSegments(PaddedRows.array(rows, Encoding::typeIds, 0, scope)) : input,
                    rows,
                    pass);
        }

        /** Where padding is seen, it is the tokenizer's, whatever the model's config says. */
        private long shownPadding(TextEncoder model) {
            return loaded.tokenizer().specialTokens().id("pad").orElse(model.padding());
        }

        @Override
        public int size(List<Encoding> rows) {
            return rows.size();
        }

        @Override
        public Object kind(List<Encoding> rows) {
            return Encoding.class;
        }

        @Override
        public int passes() {
            return loaded.session().passes();
        }
    }
}
