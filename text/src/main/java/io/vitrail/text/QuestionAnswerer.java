package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Span;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Finds the part of a text that answers a question.
 *
 * <pre>{@code
 * try (QuestionAnswerer answerer = QuestionAnswerer.load(folder)) {
 *     System.out.println(answerer.answer("Who wrote it?", "Ada Lovelace wrote the first program.").get(0).text());
 * }
 * }</pre>
 *
 * <p>Thread-safe, like {@link TextClassifier}. It holds native memory until it is closed; its results don't.
 */
public final class QuestionAnswerer implements AutoCloseable {
    /**
     * A part of the context.
     *
     * @param text the answer; empty if there is none in the context
     * @param score its probability; of an answer that occurs several times their sum
     * @param start index of its first character in the context
     * @param end index behind its last character
     */
    public record Answer(String text, double score, int start, int end) {}

    /** Whether a context may lack the answer. */
    public enum Impossible {
        /** Something in it is the answer. */
        EXCLUDED,
        /** The empty answer is among the answers, with its probability. */
        ALLOWED
    }

    /** Where answers begin and end. */
    public enum Borders {
        /** At whole words. */
        WORDS,
        /** At tokens, which may be parts of words. */
        TOKENS
    }

    /**
     * What is asked for; the names and defaults are the reference's.
     *
     * @param topK answers at most
     * @param maxAnswerTokens most tokens of an answer
     * @param maxTokens of a question and a part of the context; by default 384, or what the model takes
     * @param docStride tokens that two parts of a context share; by default 128, or half of {@code maxTokens}
     * @param impossible whether a context may lack the answer
     * @param borders where answers begin and end
     */
    public record Options(
            int topK,
            int maxAnswerTokens,
            OptionalInt maxTokens,
            OptionalInt docStride,
            Impossible impossible,
            Borders borders) {
        /** The best answer of up to 15 tokens. */
        public static final Options DEFAULT =
                new Options(1, 15, OptionalInt.empty(), OptionalInt.empty(), Impossible.EXCLUDED, Borders.WORDS);

        public Options {
            Check.that(topK >= 1, "At least 1 answer must be asked for, not %d.", topK);
            Check.that(maxAnswerTokens >= 1, "An answer must have at least 1 token, not %d.", maxAnswerTokens);
            maxTokens.ifPresent(most -> Check.that(most >= 1, "A row needs at least 1 token, not %d.", most));
        }
    }

    /** Of a row's tokens, the scores to begin and to end an answer. */
    private record Scores(float[] start, float[] end) {}

    private static final int USUAL_TOKENS = 384;
    private static final int USUAL_STRIDE = 128;

    private final LoadedTextModel<TextEncoder> loaded;
    private final Options options;
    private final EncodeOptions encoding;
    private final TextCalls<Scores> calls;

    private QuestionAnswerer(LoadedTextModel<TextEncoder> loaded, Options options) {
        this.loaded = loaded;
        this.options = options;
        int most = options.maxTokens().orElse(Math.min(TextCalls.maxTokens(loaded), USUAL_TOKENS));
        int stride = options.docStride().orElse(Math.min(most / 2, USUAL_STRIDE));
        Check.that(
                most <= loaded.model().maxTokens(),
                "Rows of %d tokens are longer than the %d that the model takes.",
                most,
                loaded.model().maxTokens());
        Check.that(stride <= most, "Parts of %d tokens can't share %d.", most, stride);
        encoding = EncodeOptions.builder()
                .truncation(Truncation.ONLY_SECOND)
                .maxLength(most)
                .stride(stride)
                .overflow(true)
                .offsets(true)
                .build();
        calls = TextCalls.of(loaded, QuestionAnswerer::scores);
    }

    private QuestionAnswerer(QuestionAnswerer same, TextCalls<Scores> calls) {
        loaded = same.loaded;
        options = same.options;
        encoding = same.encoding;
        this.calls = calls;
    }

    /** The model of a checkpoint's folder, on the CPU in float32; the best answer. */
    public static QuestionAnswerer load(Path folder) {
        return load(folder, Options.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the others,
     *     or the model isn't supported
     * @throws IllegalArgumentException if the model has no head for answers, or takes fewer tokens than are asked for
     */
    public static QuestionAnswerer load(Path folder, Options options, Compute compute) {
        return of(LoadedTextModel.load(folder, TextTask.QUESTION_ANSWERING, compute), options);
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load}, or if the adapter was made for
     *     another model
     */
    public static QuestionAnswerer loadMerged(Path folder, PeftAdapter adapter, Options options, Compute compute) {
        return of(LoadedTextModel.merged(folder, adapter, TextTask.QUESTION_ANSWERING, compute), options);
    }

    private static QuestionAnswerer of(LoadedTextModel<TextEncoder> loaded, Options options) {
        try {
            return new QuestionAnswerer(loaded, options);
        } catch (IllegalArgumentException e) {
            loaded.close();
            throw e;
        }
    }

    /**
     * The same model changed by an adapter. Both share the weights, which stay as they are. Closing the one that is
     * returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public QuestionAnswerer with(PeftAdapter adapter) {
        return of(loaded.with(adapter), options);
    }

    /**
     * The same, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public QuestionAnswerer withDeadline(Duration limit) {
        return new QuestionAnswerer(this, calls.withDeadline(limit));
    }

    /**
     * The same, which sends questions of several callers through the model together. Closing either closes both.
     *
     * @param most rows in a batch at most
     * @param wait how long a row waits for others while the model has nothing to do, 0 to 60 seconds
     */
    public QuestionAnswerer batching(int most, Duration wait) {
        return new QuestionAnswerer(this, calls.batching(most, wait));
    }

    /**
     * The answers that a context of any length gives to a question, best first; none if no part of it can be one.
     *
     * @throws IllegalArgumentException if the question leaves no room for the context
     */
    public List<Answer> answer(String question, String context) {
        Check.that(!Check.given(question, "question").isBlank(), "The question is empty.");
        Check.that(!Check.given(context, "context").isBlank(), "The context is empty.");
        List<Encoding> rows = loaded.tokenizer()
                .encode(List.of(TokenizerInput.pair(question, context)), encoding)
                .rows();
        List<Scores> scores = calls.answer(rows);
        ContextWords words = ContextWords.of(loaded.tokenizer(), context);
        OptionalLong cls = loaded.tokenizer().specialTokens().id("cls");
        int candidates = options.borders() == Borders.WORDS ? options.topK() * 2 + 10 : options.topK();
        List<Answer> answers = new ArrayList<>();
        double none = Double.POSITIVE_INFINITY;
        for (int i = 0; i < rows.size(); i++) {
            AnswerSpans spans =
                    new AnswerSpans(scores.get(i).start(), scores.get(i).end(), rows.get(i), cls);
            none = Math.min(none, spans.none());
            for (AnswerSpans.Candidate span : spans.best(candidates, options.maxAnswerTokens())) {
                add(answer(span, rows.get(i), words, context), answers);
            }
        }
        if (options.impossible() == Impossible.ALLOWED) {
            answers.add(new Answer("", none, 0, 0));
        }
        answers.sort(Comparator.comparingDouble(Answer::score).reversed());
        return List.copyOf(answers.subList(0, Math.min(options.topK(), answers.size())));
    }

    private Answer answer(AnswerSpans.Candidate candidate, Encoding row, ContextWords words, String context) {
        Span span = options.borders() == Borders.WORDS
                ? words.around(candidate.first(), candidate.last(), row)
                : new Span(
                        row.offsets().get(candidate.first()).start(),
                        row.offsets().get(candidate.last()).end());
        int start = context.offsetByCodePoints(0, span.start());
        int end = Math.max(start, context.offsetByCodePoints(0, span.end()));
        return new Answer(context.substring(start, end), candidate.score(), start, end);
    }

    /** An answer that is there already, in whatever case, becomes more probable. */
    private static void add(Answer answer, List<Answer> answers) {
        String text = answer.text().toLowerCase(Locale.ROOT);
        for (int i = 0; i < answers.size(); i++) {
            Answer known = answers.get(i);
            if (known.text().toLowerCase(Locale.ROOT).equals(text)) {
                answers.set(i, new Answer(known.text(), known.score() + answer.score(), known.start(), known.end()));
                return;
            }
        }
        answers.add(answer);
    }

    private static List<Scores> scores(TextEncoder model, TextInput input, List<Encoding> rows, Pass pass) {
        NDArray logits = model.logits(model.features(input, pass), pass); // [batch, tokens, 2]
        int tokens = Math.toIntExact(logits.getShape().get(1));
        float[] all = logits.toFloatArray();
        List<Scores> results = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            int length = rows.get(row).length();
            float[] start = new float[length];
            float[] end = new float[length];
            for (int i = 0; i < length; i++) {
                start[i] = all[2 * (row * tokens + i)];
                end[i] = all[2 * (row * tokens + i) + 1];
            }
            results.add(new Scores(start, end));
        }
        return results;
    }

    @Override
    public void close() {
        loaded.close();
    }
}
