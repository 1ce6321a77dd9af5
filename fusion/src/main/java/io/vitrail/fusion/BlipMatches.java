package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Matching by both of BLIP's ways. */
record BlipMatches(LoadedFusionModel<BlipMatcher> loaded) implements PictureMatches {
    /** Loads a checkpoint as {@link LoadedFusionModel#load} does. */
    static BlipMatches load(Checkpoint checkpoint, Compute compute) {
        return new BlipMatches(
                LoadedFusionModel.load(checkpoint, FusionTask.MATCHING, PURPOSE, BlipMatcher.class, compute));
    }

    @Override
    public List<Match> match(Image image, List<String> texts, Patience patience) {
        List<TextBatch> batches =
                TextBatch.of(texts, loaded.tokenizer(), "text", loaded.model().maxTokens());
        List<Match> matches = new ArrayList<>(texts.size());
        try (SeenPicture seen = SeenPicture.of(loaded, image, patience)) {
            for (TextBatch batch : batches) {
                List<String> its = texts.subList(matches.size(), matches.size() + batch.size());
                matches.addAll(loaded.session()
                        .run(
                                patience,
                                (model, scope, pass) ->
                                        match(model, its, batch.input(scope), seen.tokens(scope), pass)));
            }
        }
        return matches;
    }

    private static List<Match> match(BlipMatcher model, List<String> texts, TextInput input, Tokens seen, Pass pass) {
        NDArray pairs = model.match(input, seen, pass); // [texts, 2]
        NDArray cosines =
                model.vectors(input, pass).matMul(model.vectors(seen, pass).transpose()); // [texts, 1]
        float[] score = pairs.get(":, 1").sub(pairs.get(":, 0")).toFloatArray();
        float[] probability = pairs.softmax(-1).get(":, 1").toFloatArray();
        float[] cosine = cosines.toFloatArray();
        List<Match> matches = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            matches.add(
                    new Match(texts.get(i), score[i], OptionalDouble.of(probability[i]), OptionalDouble.of(cosine[i])));
        }
        return matches;
    }

    @Override
    public BlipMatches with(PeftAdapter adapter) {
        return new BlipMatches(loaded.with(adapter));
    }

    @Override
    public void close() {
        loaded.close();
    }
}
