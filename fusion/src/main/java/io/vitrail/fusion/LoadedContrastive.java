package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.VisionCalls;
import io.vitrail.vit.VisionInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** What tasks that compare pictures with texts are made of: two towers, and what prepares their inputs. Thread-safe. */
final class LoadedContrastive implements AutoCloseable {
    /** What a task computes from pictures' vectors. */
    @FunctionalInterface
    interface Answer<R> {
        /** One result per picture of [batch, sharedWidth], of length 1. */
        List<R> of(Contrastive model, NDArray pictures, Pass pass);
    }

    /** Texts of one call that go through the model together. */
    static final int BATCH = 32;

    private final LoadedFusionModel<Contrastive> loaded;

    private LoadedContrastive(LoadedFusionModel<Contrastive> loaded) {
        this.loaded = loaded;
    }

    /**
     * Loads a checkpoint's folder.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others
     * @throws IllegalArgumentException if the model doesn't compare pictures with texts
     */
    static LoadedContrastive load(Path folder, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return load(checkpoint, compute);
        }
    }

    /** Loads a checkpoint's folder with an adapter merged into its weights. */
    static LoadedContrastive merged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            return load(adapter.adapted(base), compute);
        }
    }

    /** The same of a checkpoint that is open. */
    static LoadedContrastive load(Checkpoint checkpoint, Compute compute) {
        return new LoadedContrastive(LoadedFusionModel.load(
                checkpoint, FusionTask.COMPARING, "comparing pictures with texts", Contrastive.class, compute));
    }

    /** The same model changed by an adapter. Closing it frees the adapter alone. */
    LoadedContrastive with(PeftAdapter adapter) {
        return new LoadedContrastive(loaded.with(adapter));
    }

    Contrastive model() {
        return loaded.model();
    }

    /** What cosines are multiplied by. */
    double factor() {
        return loaded.session().run((model, scope, pass) -> model.factor(scope.ones(new Shape(1)), pass)
                .toFloatArray()[0]);
    }

    /** How calls with pictures are answered. */
    <R> VisionCalls<R> pictures(Answer<R> task) {
        return VisionCalls.of(loaded.processor(), new Pixels<>(loaded.session(), task));
    }

    private record Pixels<R>(Session<Contrastive> session, Answer<R> task) implements VisionCalls.Work<R> {
        @Override
        public List<R> alone(NDArray pixels, Patience patience) {
            return session.run(
                    patience,
                    (model, scope, pass) -> of(model, LoadedVisionModel.joined(List.of(pixels), scope), pass));
        }

        @Override
        public List<R> together(Supplier<List<NDArray>> batches, Patience patience) {
            return session.runForOthers(patience, (model, scope, pass) -> {
                List<NDArray> taken = batches.get();
                return taken.isEmpty() ? List.of() : of(model, LoadedVisionModel.joined(taken, scope), pass);
            });
        }

        private List<R> of(Contrastive model, NDArray pixels, Pass pass) {
            return task.of(model, Contrastive.unit(model.pictures(VisionInput.of(pixels), pass)), pass);
        }

        @Override
        public int passes() {
            return session.passes();
        }
    }

    /** What computes the vectors of {@link #batches}. */
    TextRows texts() {
        return new TextRows(loaded.session());
    }

    /**
     * Texts as tokens, in batches.
     *
     * @throws IllegalArgumentException if a text is longer than the model takes, and isn't to be cut
     */
    List<List<Encoding>> batches(List<String> texts, Truncation truncation) {
        int most = Math.min(
                model().maxTokens(), loaded.tokenizer().modelMaxLength().orElse(Integer.MAX_VALUE));
        EncodeOptions options = EncodeOptions.builder()
                .padding(model().padding())
                .truncation(truncation)
                .maxLength(most)
                .build();
        List<List<Encoding>> batches = new ArrayList<>();
        for (int i = 0; i < texts.size(); i += BATCH) {
            List<TokenizerInput> some = texts.subList(i, Math.min(i + BATCH, texts.size())).stream()
                    .map(TokenizerInput::of)
                    .toList();
            List<Encoding> rows = loaded.tokenizer().encode(some, options).rows();
            int tokens = rows.get(0).length();
            Check.that(tokens > 0, "A text has no tokens, and its tokenizer adds none.");
            Check.that(
                    tokens <= most,
                    "A text has %d tokens, special ones included; the model takes at most %d.%n  try:  a shorter one.",
                    tokens,
                    most);
            batches.add(rows);
        }
        return batches;
    }

    /** The rows of [batch, width]. */
    static List<Embedding> embeddings(NDArray vectors) {
        int width = Math.toIntExact(vectors.getShape().get(1));
        float[] all = vectors.toFloatArray();
        List<Embedding> rows = new ArrayList<>();
        for (int start = 0; start < all.length; start += width) {
            rows.add(new Embedding(Arrays.copyOfRange(all, start, start + width)));
        }
        return rows;
    }

    @Override
    public void close() {
        loaded.close();
    }
}
