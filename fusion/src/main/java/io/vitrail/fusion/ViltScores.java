package io.vitrail.fusion;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Patience;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.PaddedPictures;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ProcessedImages;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a {@link Vilt} scores of a picture beside each of several texts, which are read together with it. */
final class ViltScores {
    private ViltScores() {}

    /**
     * By text, the scores of the model's head.
     *
     * @param kind what a text is, for errors
     */
    static List<float[]> of(
            LoadedFusionModel<Vilt> loaded, Image image, List<String> texts, String kind, Patience patience) {
        Check.that(image != null, "The picture is missing (null).");
        List<TextBatch> batches =
                TextBatch.of(texts, loaded.tokenizer(), kind, loaded.model().maxTokens());
        patience.check();
        List<float[]> scores = new ArrayList<>(texts.size());
        try (NDManager outside = DjlEngine.newManager(Device.cpu());
                ProcessedImages processed = loaded.processor().process(List.of(image), outside)) {
            for (TextBatch batch : batches) {
                scores.addAll(loaded.session().run(patience, (model, scope, pass) -> {
                    NDArray pixels = LoadedVisionModel.joined(List.of(processed.pixelValues()), scope);
                    PaddedPictures seen = PaddedPictures.of(pixels.repeat(0, batch.size()));
                    return rows(model.scores(batch.input(scope), List.of(seen), pass), batch.size());
                }));
            }
        }
        return scores;
    }

    /** The rows of [texts, scores]. */
    private static List<float[]> rows(NDArray scores, int texts) {
        float[] all = scores.toFloatArray();
        int each = all.length / texts;
        List<float[]> rows = new ArrayList<>();
        for (int start = 0; start < all.length; start += each) {
            rows.add(Arrays.copyOfRange(all, start, start + each));
        }
        return rows;
    }
}
