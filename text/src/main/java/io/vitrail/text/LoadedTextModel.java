package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** What every task on text is made of: a model ready for inference, and the tokenizer of its checkpoint. Thread-safe. */
final class LoadedTextModel implements AutoCloseable {
    /** What a task computes from texts. */
    @FunctionalInterface
    interface Answer<R> {
        /** One result per row; the rows of the input are padded, those beside it aren't. */
        List<R> of(TextEncoder model, TextInput input, List<Encoding> rows, Pass pass);
    }

    private final Session<TextEncoder> session;
    private final Tokenizer tokenizer;
    private final ConfigJson config;

    private LoadedTextModel(Session<TextEncoder> session, Tokenizer tokenizer, ConfigJson config) {
        this.session = session;
        this.tokenizer = tokenizer;
        this.config = config;
    }

    /**
     * Loads a checkpoint's folder with the head of a task.
     *
     * @throws CheckpointException if a file is missing, damaged or doesn't fit the others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint has no such head
     */
    static LoadedTextModel load(Path folder, TextTask task, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            if (task != TextTask.FEATURES) {
                requireHead(checkpoint, task);
            }
            Tokenizer tokenizer = Tokenizer.load(checkpoint.folder());
            try {
                Session<TextEncoder> session = session(checkpoint, task, compute);
                session.admit(compute.passes());
                return new LoadedTextModel(session, tokenizer, ConfigJson.of(checkpoint));
            } catch (RuntimeException | Error e) {
                tokenizer.close();
                throw e;
            }
        }
    }

    private static void requireHead(Checkpoint checkpoint, TextTask task) {
        TextTask its = supported(checkpoint, () -> TextModels.task(checkpoint));
        boolean words = task == TextTask.MASKED_WORD && its == TextTask.PRE_TRAINING;
        Check.that(
                its == task || words,
                "This checkpoint is of %s, which has no head for %s.%n  try:  one whose class ends in %s.",
                TextModels.className(checkpoint),
                task,
                task.ending());
    }

    private static Session<TextEncoder> session(Checkpoint checkpoint, TextTask task, Compute compute) {
        return supported(
                checkpoint,
                () -> TextModels.load(checkpoint, task, TextEncoder.class, compute.operations(), compute.device()));
    }

    /** What config.json asks for and no model can be is the file's mistake, not the caller's. */
    private static <T> T supported(Checkpoint checkpoint, Supplier<T> loading) {
        try {
            return loading.get();
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(
                    e.getMessage(),
                    checkpoint.configFile(),
                    "download the file again, or use a checkpoint of a supported model.",
                    e);
        }
    }

    TextEncoder model() {
        return session.model();
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    ConfigJson config() {
        return config;
    }

    int passes() {
        return session.passes();
    }

    /** Most tokens of a row that the model and its tokenizer take. */
    int maxTokens() {
        return Math.min(model().maxTokens(), tokenizer.modelMaxLength().orElse(Integer.MAX_VALUE));
    }

    <R> List<R> compute(List<Encoding> rows, Answer<R> answer, Patience patience) {
        return session.run(patience, (model, scope, pass) -> answer.of(model, input(rows, scope), rows, pass));
    }

    /** The rows of several callers, which are taken when their turn has come, and computed together. */
    <R> List<R> computeTogether(Supplier<List<List<Encoding>>> items, Answer<R> answer, Patience patience) {
        return session.runForOthers(patience, (model, scope, pass) -> {
            List<Encoding> rows = items.get().stream().flatMap(List::stream).toList();
            return rows.isEmpty() ? List.of() : answer.of(model, input(rows, scope), rows, pass);
        });
    }

    private TextInput input(List<Encoding> rows, NDManager scope) {
        int longest = rows.stream().mapToInt(Encoding::length).max().orElseThrow();
        TextInput input = TextInput.of(padded(rows, Encoding::ids, longest, model().padding(), scope))
                .withMask(padded(rows, Encoding::attentionMask, longest, 0, scope));
        return model().segments() > 0 && tokenizer.usesTypeIds()
                ? input.withSegments(padded(rows, Encoding::typeIds, longest, 0, scope))
                : input;
    }

    /** [rows, longest], filled up behind. */
    private static NDArray padded(
            List<Encoding> rows, Function<Encoding, long[]> values, int longest, long padding, NDManager scope) {
        long[] all = new long[Math.multiplyExact(rows.size(), longest)];
        Arrays.fill(all, padding);
        for (int i = 0; i < rows.size(); i++) {
            long[] row = values.apply(rows.get(i));
            System.arraycopy(row, 0, all, i * longest, row.length);
        }
        return scope.create(all, new Shape(rows.size(), longest));
    }

    @Override
    public void close() {
        session.close();
        tokenizer.close();
    }
}
