package io.vitrail.fusion;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.StreamingDecoder;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.attention.HeatMap;
import io.vitrail.vit.attention.PhotoView;
import io.vitrail.vit.attention.WordMap;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ProcessedImages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Where the words of a text about a picture came from: by a second look, in one pass over the whole text. */
final class WordSources {
    /** A second look: what tokens of one text after the other took from the picture's. */
    @FunctionalInterface
    interface Look<M> {
        List<MeanAttention> of(M model, VisionInput picture, Pass pass);
    }

    /**
     * What was looked at.
     *
     * @param layout of the picture's tokens on the photo
     * @param taken by text: what its tokens took from these
     */
    record Looked(Tokenizer tokenizer, TokenLayout layout, List<MeanAttention> taken) {
        /**
         * The words of a text.
         *
         * @param number of the text
         * @param before ids that it goes on from, none of which is shown
         * @param ids of the text: a row of what was taken for each
         */
        List<WordMap> words(int number, long[] before, long[] ids) {
            return words(taken.get(number), before, ids);
        }

        /**
         * The words of a text that was read.
         *
         * @param number of the text
         * @param ids of the text between the one that begins it and the one that ends it: a row for each
         */
        List<WordMap> framed(int number, long[] ids) {
            long[] inside = Arrays.copyOfRange(ids, 1, ids.length - 1);
            return words(taken.get(number).from(1), Arrays.copyOf(ids, 1), inside);
        }

        /** An answer that the first token of a text stands for, as one word. */
        WordMap whole(int number, String text) {
            return new WordMap(
                    text, HeatMap.of(layout, doubles(taken.get(number).weights()[0])));
        }

        private static double[] doubles(float[] values) {
            return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
        }

        private List<WordMap> words(MeanAttention rows, long[] before, long[] ids) {
            WordSources sources = new WordSources(layout);
            sources.read(tokenizer.stream(DecodeOptions.textOnly()), before, ids, rows.weights());
            return sources.words;
        }
    }

    private final TokenLayout layout;
    private final List<WordMap> words = new ArrayList<>();
    private final double[] taken;
    private String word = "";
    private int tokens;

    private WordSources(TokenLayout layout) {
        this.layout = layout;
        taken = new double[layout.tokens()];
    }

    /**
     * Looks at a photo once more.
     *
     * @throws IllegalArgumentException if the places of the picture aren't what the model's words take from
     */
    static <M extends FusionModel> Looked look(
            LoadedFusionModel<M> loaded, Image photo, Patience patience, Look<? super M> look) {
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = loaded.processor().process(List.of(photo), outside)) {
            NDArray pixels = processed.pixelValues();
            PhotoView view = PhotoView.of(photo, loaded.processor(), pixels.getShape());
            PicturePlaces places = loaded.model()
                    .places(view.height(), view.width(), processed.firstTiling())
                    .orElseThrow(unknown());
            List<MeanAttention> taken = loaded.session()
                    .run(patience, (model, scope, pass) -> look.of(model, picture(pixels, scope), pass));
            boolean known = taken.stream().allMatch(each -> each.queries() == 0 || each.keys() == places.tokens());
            Check.that(known, unknown().get().getMessage());
            List<MeanAttention> placed =
                    taken.stream().map(each -> each.map(places.shares())).toList();
            return new Looked(loaded.tokenizer(), view.place(places.layout()), placed);
        }
    }

    /** The words that a decoder wrote. */
    static <M extends FusionModel> List<WordMap> of(
            LoadedFusionModel<M> loaded, Image photo, WrittenText text, Patience patience) {
        return text.written().length == 0
                ? List.of()
                : look(loaded, photo, patience, (model, picture, pass) -> List.of(model.taken(picture, text, pass)))
                        .words(0, text.begun(), text.written());
    }

    /** The error for a model of which it isn't known. */
    static Supplier<IllegalArgumentException> unknown() {
        return () -> new IllegalArgumentException(
                "It can't be told where this model's words came from: none of its tokens stands for a place of the"
                        + " picture alone, or its words don't take from such.");
    }

    private static VisionInput picture(NDArray pixels, NDManager scope) {
        return VisionInput.of(LoadedVisionModel.joined(List.of(pixels), scope));
    }

    private void read(StreamingDecoder decoder, long[] before, long[] ids, float[][] weights) {
        for (long id : before) {
            decoder.add(id);
        }
        for (int i = 0; i < ids.length; i++) {
            String piece = decoder.add(ids[i]);
            if (!piece.isEmpty() && Character.isWhitespace(piece.charAt(0))) {
                endWord();
            }
            word += piece;
            tokens++;
            for (int place = 0; place < taken.length; place++) {
                taken[place] += weights[i][place];
            }
        }
        word += decoder.finish();
        endWord();
    }

    private void endWord() {
        if (!word.isBlank()) {
            int count = tokens;
            double[] shares = Arrays.stream(taken).map(sum -> sum / count).toArray();
            words.add(new WordMap(word.strip(), HeatMap.of(layout, shares)));
            word = "";
            tokens = 0;
            Arrays.fill(taken, 0);
        }
    }
}
