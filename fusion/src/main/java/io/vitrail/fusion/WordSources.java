package io.vitrail.fusion;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.TextInput;
import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.StreamingDecoder;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.Trace;
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
import java.util.Optional;
import java.util.Set;

/**
 * Where the words of a text about a picture came from: the decoder's cross-attention, averaged over layers and heads,
 * in one pass over the whole text. What tells of a token is the place before it, which the token was written at.
 */
final class WordSources {
    private static final String STAGE = "cross_attentions.";
    private static final String UNKNOWN = "It can't be told where this model's words came from: its decoder doesn't ask"
            + " the picture's patches by cross-attention.";

    private final Tokenizer tokenizer;
    private final TokenLayout layout;
    private final List<WordMap> words = new ArrayList<>();
    private String word = "";
    private double[] taken = {};
    private int tokens;

    private WordSources(Tokenizer tokenizer, TokenLayout layout) {
        this.tokenizer = tokenizer;
        this.layout = layout;
    }

    /**
     * The words of a text.
     *
     * @param ids of the text, with what the decoder began with
     * @throws IllegalArgumentException if the model's cross-attention isn't to places of the picture
     */
    static List<WordMap> of(LoadedFusionModel<FusionModel> loaded, Image photo, long[] ids, Patience patience) {
        if (ids.length < 2) {
            return List.of();
        }
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = loaded.processor().process(List.of(photo), outside)) {
            NDArray pixels = processed.pixelValues();
            PhotoView view = PhotoView.of(photo, loaded.processor(), pixels.getShape());
            TokenLayout layout =
                    view.place(layout(loaded.model(), view).orElseThrow(() -> new IllegalArgumentException(UNKNOWN)));
            float[] weights = loaded.session()
                    .run(
                            patience,
                            (model, scope, pass) ->
                                    weights((PictureWriter) model, joined(pixels, scope), ids, layout, pass));
            WordSources sources = new WordSources(loaded.tokenizer(), layout);
            sources.read(ids, weights);
            return sources.words;
        }
    }

    private static Optional<TokenLayout> layout(FusionModel model, PhotoView view) {
        return model instanceof PictureWriter writer ? writer.layout(view.height(), view.width()) : Optional.empty();
    }

    private static NDArray joined(NDArray pixels, NDManager scope) {
        return LoadedVisionModel.joined(List.of(pixels), scope);
    }

    /** By place of the text and token of the picture, on average over layers and heads. */
    private static float[] weights(PictureWriter model, NDArray pixels, long[] ids, TokenLayout layout, Pass pass) {
        NDManager scope = pixels.getManager();
        Tokens seen = model.see(VisionInput.of(pixels), pass);
        NDArray text = scope.create(Arrays.copyOf(ids, ids.length - 1), new Shape(1, ids.length - 1));
        Trace trace = Trace.of(scope, Set.of(Trace.Stage.ATTENTIONS));
        model.decoder().states(TextInput.of(text), pass.withContext(seen).withTrace(trace));
        List<NDArray> layers = trace.recorded().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(STAGE))
                .map(entry -> entry.getValue().mean(new int[] {1})) // [1, places, picture's tokens]
                .toList();
        boolean places = !layers.isEmpty() && layers.get(0).getShape().get(2) == layout.tokens();
        Check.that(places, UNKNOWN);
        return layers.stream()
                .reduce(NDArray::add)
                .orElseThrow()
                .div(layers.size())
                .toFloatArray();
    }

    private void read(long[] ids, float[] weights) {
        StreamingDecoder decoder = tokenizer.stream(DecodeOptions.textOnly());
        decoder.add(ids[0]);
        taken = new double[layout.tokens()];
        for (int place = 0; place + 1 < ids.length; place++) {
            String piece = decoder.add(ids[place + 1]);
            if (!piece.isEmpty() && Character.isWhitespace(piece.charAt(0))) {
                endWord();
            }
            word += piece;
            tokens++;
            for (int i = 0; i < taken.length; i++) {
                taken[i] += weights[place * taken.length + i];
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
