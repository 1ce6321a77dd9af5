package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextEngine;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Tiling;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/** How one kind of model writes texts about pictures. Thread-safe. */
interface PictureWriting {
    /** How the checkpoint's texts are written where nothing else is asked for. */
    GenerationOptions options(Checkpoint checkpoint);

    /** What is written about each picture, for texts that begin with given words; "" for free ones. */
    TextEngine.Order order(String words, Tokenizer tokenizer, GenerationOptions options);

    /** A text that was written so, as far as it tells where its words came from. */
    WrittenText written(TextEngine.Order order, GeneratedText text);

    /**
     * Begins to write about pictures, each of which goes through the vision tower once.
     *
     * @param batches of pixels [batch, channels, imageHeight, imageWidth], which stay their owners'
     * @param order the same for each picture
     */
    Decoding decoding(List<NDArray> batches, TextEngine.Order order, Patience patience);

    /** The way of a session's model. */
    static PictureWriting of(Session<FusionModel> session) {
        return session.model() instanceof SoftPromptWriter model
                ? new Prompted(session, model)
                : new Asking(session, (PictureWriter) session.model());
    }

    /** A decoder for which the picture is a context. */
    record Asking(Session<FusionModel> session, PictureWriter model) implements PictureWriting {
        @Override
        public GenerationOptions options(Checkpoint checkpoint) {
            return model.options(checkpoint);
        }

        @Override
        public TextEngine.Order order(String words, Tokenizer tokenizer, GenerationOptions options) {
            long[] begun = words.isEmpty() ? new long[0] : model.ids(words, tokenizer);
            Prompt prompt = model.prompt(begun, options);
            return new TextEngine.Order(prompt, prompt.ids().length, new long[0], prompt.ids());
        }

        /** The words that it begins with count as written: they, too, stand behind the picture. */
        @Override
        public WrittenText written(TextEngine.Order order, GeneratedText text) {
            long[] begun = order.begun();
            long[] behind = WrittenText.of(begun, text).written();
            long[] words = LongStream.concat(Arrays.stream(begun).skip(1), Arrays.stream(behind))
                    .toArray();
            return new WrittenText(new long[0], Arrays.copyOf(begun, 1), words);
        }

        @Override
        public Decoding decoding(List<NDArray> batches, TextEngine.Order order, Patience patience) {
            return CachedDecoding.asking(
                    session,
                    any -> model.decoder(),
                    (any, scope, pass) -> model.see(pictures(batches, scope), pass),
                    patience);
        }
    }

    /** A language model in whose prompt the picture stands. */
    record Prompted(Session<FusionModel> session, SoftPromptWriter model) implements PictureWriting {
        @Override
        public GenerationOptions options(Checkpoint checkpoint) {
            return model.options(checkpoint);
        }

        @Override
        public TextEngine.Order order(String words, Tokenizer tokenizer, GenerationOptions options) {
            long[] ids = model.ids(words, List.of(Tiling.NONE), tokenizer);
            Prompt prompt = model.prompt(ids, options);
            long[] shown = Arrays.stream(prompt.ids())
                    .filter(id -> id != model.imageToken())
                    .toArray();
            return new TextEngine.Order(prompt, ids.length, new long[0], shown);
        }

        @Override
        public WrittenText written(TextEngine.Order order, GeneratedText text) {
            Prompt prompt = order.prompt();
            return WrittenText.of(prompt.ids(), text).answering(prompt.source());
        }

        @Override
        public Decoding decoding(List<NDArray> batches, TextEngine.Order order, Patience patience) {
            SoftPromptWriter.Reading reading = new SoftPromptWriter.Reading(
                    scope -> texts(batches, order.prompt().source(), scope), scope -> pictures(batches, scope));
            return SoftPromptWriter.decoding(session, reading, patience);
        }

        /** The same ids for each picture. */
        private static TextInput texts(List<NDArray> batches, long[] ids, NDManager scope) {
            int pictures = batches.stream()
                    .mapToInt(pixels -> Math.toIntExact(pixels.getShape().get(0)))
                    .sum();
            long[] rows = Collections.nCopies(pictures, ids).stream()
                    .flatMapToLong(Arrays::stream)
                    .toArray();
            return TextInput.of(scope.create(rows, new Shape(pictures, ids.length)));
        }
    }

    private static VisionInput pictures(List<NDArray> batches, NDManager scope) {
        return VisionInput.of(LoadedVisionModel.joined(batches, scope));
    }
}
