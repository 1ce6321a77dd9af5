package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextEngine;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.VisionCalls;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What the tasks have in common that write texts about pictures. Immutable and thread-safe: calls of several threads
 * take turns at the model, token by token. Each picture goes through the vision tower once, however many texts are
 * written about it.
 */
final class PictureTexts implements AutoCloseable {
    private static final Set<FusionTask> WRITING =
            EnumSet.of(FusionTask.WRITING, FusionTask.PROMPTED_WRITING, FusionTask.CHATTING);

    /**
     * How calls are answered.
     *
     * @param prompt what each text begins with
     * @param gathering makes calls wait for others'
     * @param limit of a call's time
     */
    private record Manner(
            GenerationOptions options,
            String prompt,
            UnaryOperator<VisionCalls<List<GeneratedText>>> gathering,
            Optional<Duration> limit) {
        /** Log-probabilities tell how sure the model was. */
        Manner {
            options = options.toBuilder().logProbabilities(true).build();
        }

        <R> VisionCalls<R> limited(VisionCalls<R> calls) {
            return limit.map(calls::withDeadline).orElse(calls);
        }
    }

    private final LoadedFusionModel<FusionModel> loaded;
    private final Manner manner;
    private final PictureWriting kind;
    private final TextEngine engine;
    private final VisionCalls<List<GeneratedText>> calls;

    private PictureTexts(LoadedFusionModel<FusionModel> loaded, Manner manner) {
        this.loaded = loaded;
        this.manner = manner;
        engine = TextEngine.of(loaded.tokenizer(), manner.options());
        kind = PictureWriting.of(loaded.session());
        Pixels work = new Pixels(
                loaded.session(),
                kind,
                this::order,
                (decoding, order, count) -> engine.write(decoding, Collections.nCopies(count, order)));
        calls = manner.limited(manner.gathering().apply(VisionCalls.of(loaded.processor(), work)));
    }

    private PictureTexts(PictureTexts same, Manner manner, VisionCalls<List<GeneratedText>> calls) {
        loaded = same.loaded;
        kind = same.kind;
        engine = same.engine;
        this.manner = manner;
        this.calls = calls;
    }

    /** Loads a checkpoint's folder as {@link LoadedFusionModel#load} does, with its own options. */
    static PictureTexts load(Path folder, String purpose, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return load(checkpoint, purpose, compute);
        }
    }

    /** The same of a checkpoint that is open. */
    static PictureTexts load(Checkpoint checkpoint, String purpose, Compute compute) {
        LoadedFusionModel<FusionModel> loaded =
                LoadedFusionModel.load(checkpoint, WRITING, purpose, FusionModel.class, compute);
        try {
            GenerationOptions options = PictureWriting.of(loaded.session()).options(checkpoint);
            return new PictureTexts(loaded, new Manner(options, "", UnaryOperator.identity(), Optional.empty()));
        } catch (RuntimeException | Error e) {
            loaded.close();
            throw e;
        }
    }

    /** The same for each picture; an error where options or prompt don't suit the model. */
    private TextEngine.Order order() {
        return kind.order(manner.prompt(), loaded.tokenizer(), manner.options());
    }

    /** Writes with a decoding that has a row for each of so many pictures. */
    @FunctionalInterface
    private interface Writing {
        List<List<GeneratedText>> about(Decoding decoding, TextEngine.Order order, int pictures);
    }

    private record Pixels(
            Session<FusionModel> session, PictureWriting kind, Supplier<TextEngine.Order> orders, Writing writing)
            implements VisionCalls.Work<List<GeneratedText>> {
        @Override
        public List<List<GeneratedText>> alone(NDArray pixels, Patience patience) {
            return write(List.of(pixels), patience);
        }

        /** What has begun for others is finished, however long that takes. */
        @Override
        public List<List<GeneratedText>> together(Supplier<List<NDArray>> pixels, Patience patience) {
            List<NDArray> batches = session.runForOthers(patience, (model, scope, pass) -> pixels.get());
            return batches.isEmpty() ? List.of() : write(batches, Patience.endless());
        }

        private List<List<GeneratedText>> write(List<NDArray> batches, Patience patience) {
            int pictures = batches.stream().mapToInt(this::size).sum();
            TextEngine.Order order = orders.get();
            try (Decoding decoding = kind.decoding(batches, order, patience)) {
                return writing.about(decoding, order, pictures);
            }
        }

        @Override
        public int passes() {
            return session.passes();
        }
    }

    LoadedFusionModel<FusionModel> loaded() {
        return loaded;
    }

    GenerationOptions options() {
        return manner.options();
    }

    /** The same model changed by an adapter. Closing it frees the adapter alone. */
    PictureTexts with(PeftAdapter adapter) {
        return new PictureTexts(loaded.with(adapter), manner);
    }

    PictureTexts withOptions(GenerationOptions others) {
        return new PictureTexts(loaded, new Manner(others, manner.prompt(), manner.gathering(), manner.limit()));
    }

    PictureTexts withPrompt(String other) {
        return new PictureTexts(loaded, new Manner(options(), other, manner.gathering(), manner.limit()));
    }

    PictureTexts withDeadline(Duration limit) {
        VisionCalls<List<GeneratedText>> limited = calls.withDeadline(limit); // an error now, if it is none
        return new PictureTexts(
                this, new Manner(options(), manner.prompt(), manner.gathering(), Optional.of(limit)), limited);
    }

    PictureTexts batching(int most, Duration wait) {
        VisionCalls<List<GeneratedText>> gathering = calls.batching(most, wait);
        return new PictureTexts(
                this,
                new Manner(options(), manner.prompt(), some -> some.batching(most, wait), manner.limit()),
                gathering);
    }

    /** With a seed, pictures of a call draw numbers of their own: those of other calls would change which. */
    private VisionCalls<List<GeneratedText>> calls() {
        if (!options().sample() || options().seed().isEmpty()) {
            return calls;
        }
        AtomicLong next = new AtomicLong();
        Pixels work = new Pixels(
                loaded.session(),
                kind,
                this::order,
                (decoding, order, count) -> engine.write(
                        decoding,
                        Stream.generate(() -> order.numbered(next.getAndIncrement()))
                                .limit(count)
                                .toList()));
        return manner.limited(VisionCalls.of(loaded.processor(), work));
    }

    /** By picture: as many texts as the options' returned sequences. */
    List<List<GeneratedText>> write(List<Image> images) {
        return calls().answer(images);
    }

    /** The same, a batch at a time, as they are asked for. */
    Stream<List<GeneratedText>> write(Stream<Image> images) {
        return calls().answer(images);
    }

    /** One text, which is heard while it is being written. */
    GeneratedText write(Image image, TextListener listener) {
        Pixels work = new Pixels(
                loaded.session(),
                kind,
                this::order,
                (decoding, order, one) -> List.of(List.of(engine.write(decoding, order, listener))));
        return manner.limited(VisionCalls.of(loaded.processor(), work))
                .answer(List.of(image))
                .get(0)
                .get(0);
    }

    /** The best text about a picture, and where its words came from: by a second look, with a deadline of its own. */
    ExplainedCaption explain(Image image) {
        GeneratedText text = write(List.of(image)).get(0).get(0);
        Patience patience = manner.limit().map(Patience::of).orElseGet(Patience::endless);
        return new ExplainedCaption(text, WordSources.of(loaded, image, kind.written(order(), text), patience));
    }

    @Override
    public void close() {
        loaded.close();
    }
}
