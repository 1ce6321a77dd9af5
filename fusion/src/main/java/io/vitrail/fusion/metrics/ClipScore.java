package io.vitrail.fusion.metrics;

import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.vit.image.Image;
import java.util.ArrayList;
import java.util.List;

/**
 * How well captions fit their pictures by the eyes of a CLIP (Hessel et al. 2021, "CLIPScore: A Reference-free
 * Evaluation Metric for Image Captioning", section 3). Published figures are those of ViT-B/32
 * ({@code openai/clip-vit-base-patch32}); figures of different models can't be compared.
 *
 * <p>Captions that are longer than the model takes are cut, as by the paper's authors. Thread-safe. The embedder
 * stays the caller's.
 */
public final class ClipScore {
    /** w, which stretches the usual cosines to about 0 to 1. */
    private static final double WEIGHT = 2.5;

    /** What every caption begins with when it is compared. */
    private static final String PROMPT = "A photo depicts ";

    private final ImageTextEmbedder embedder;

    public ClipScore(ImageTextEmbedder embedder) {
        this.embedder = embedder;
    }

    /** CLIPScore of one caption: 2.5 · max(cosine, 0). */
    public double score(Image picture, String caption) {
        return score(List.of(picture), List.of(caption)).get(0);
    }

    /** CLIPScore of each picture's caption; a corpus has their mean. */
    public List<Double> score(List<Image> pictures, List<String> captions) {
        requireSame(pictures.size(), captions.size(), "captions");
        List<Embedding> images = embedder.embedImages(pictures);
        List<Embedding> texts = embed(captions);
        List<Double> scores = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            scores.add(WEIGHT * Math.max(images.get(i).cosine(texts.get(i)), 0));
        }
        return scores;
    }

    /** RefCLIPScore of one caption: the harmonic mean of its CLIPScore and its cosine with the nearest reference. */
    public double scoreWithReferences(Image picture, String caption, List<String> references) {
        return scoreWithReferences(List.of(picture), List.of(caption), List.of(references))
                .get(0);
    }

    /**
     * RefCLIPScore of each picture's caption.
     *
     * @param references of each picture, at least one
     */
    public List<Double> scoreWithReferences(
            List<Image> pictures, List<String> captions, List<List<String>> references) {
        requireSame(pictures.size(), references.size(), "lists of references");
        List<Double> alone = score(pictures, captions);
        List<Embedding> texts = embed(captions);
        List<Double> scores = new ArrayList<>();
        for (int i = 0; i < alone.size(); i++) {
            Check.that(!references.get(i).isEmpty(), "Picture %d has no reference.", i);
            Embedding caption = texts.get(i);
            double nearest = embed(references.get(i)).stream()
                    .mapToDouble(caption::cosine)
                    .max()
                    .orElseThrow();
            scores.add(harmonicMean(alone.get(i), Math.max(nearest, 0)));
        }
        return scores;
    }

    private List<Embedding> embed(List<String> captions) {
        return embedder.embedTexts(captions.stream().map(PROMPT::concat).toList());
    }

    private static double harmonicMean(double a, double b) {
        return a + b == 0 ? 0 : 2 * a * b / (a + b);
    }

    private static void requireSame(int pictures, int others, String what) {
        Check.that(pictures == others, "There are %d pictures, but %d %s.", pictures, others, what);
    }
}
