package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Matching by vectors of one space, each made without the other: the score is what a comparison gives before softmax.
 */
record ContrastiveMatches(LoadedContrastive loaded) implements PictureMatches {
    /** Loads a checkpoint as {@link LoadedContrastive#load} does. */
    static ContrastiveMatches load(Checkpoint checkpoint, Compute compute) {
        return new ContrastiveMatches(LoadedContrastive.load(checkpoint, compute));
    }

    /** The scores of a picture's texts, and the cosines of the vectors. */
    private record Scores(float[] logits, float[] cosines) {}

    @Override
    public List<Match> match(Image image, List<String> texts, Patience patience) {
        Check.that(image != null, "The picture is missing (null).");
        Check.that(!texts.isEmpty(), "There is no text.");
        List<Embedding> vectors = new ArrayList<>();
        for (List<Encoding> rows : loaded.batches(texts, Truncation.LONGEST_FIRST)) {
            vectors.addAll(loaded.texts().alone(rows, patience));
        }
        Scores scores = loaded.<Scores>pictures(
                        (model, picture, pass) -> List.of(scores(model, picture, vectors, pass)))
                .answer(List.of(image), patience)
                .get(0);
        return IntStream.range(0, texts.size())
                .mapToObj(i -> new Match(
                        texts.get(i),
                        scores.logits()[i],
                        OptionalDouble.empty(),
                        OptionalDouble.of(scores.cosines()[i])))
                .toList();
    }

    private static Scores scores(Contrastive model, NDArray picture, List<Embedding> vectors, Pass pass) {
        int width = Math.toIntExact(picture.getShape().get(1));
        float[] all = new float[Math.multiplyExact(width, vectors.size())];
        for (int i = 0; i < vectors.size(); i++) {
            System.arraycopy(vectors.get(i).values(), 0, all, i * width, width);
        }
        NDArray texts = picture.getManager().create(all, new Shape(vectors.size(), width));
        NDArray cosines = picture.matMul(texts.transpose()); // [1, texts]
        return new Scores(model.logits(picture, texts, pass).toFloatArray(), cosines.toFloatArray());
    }

    @Override
    public ContrastiveMatches with(PeftAdapter adapter) {
        return new ContrastiveMatches(loaded.with(adapter));
    }

    @Override
    public void close() {
        loaded.close();
    }
}
