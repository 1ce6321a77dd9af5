package io.vitrail.fusion;

import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Matching by ViLT, whose score has learned to be the highest among those of a picture's texts (Kim et al. 2021,
 * section 4.4), and not to be a probability.
 */
record ViltMatches(LoadedFusionModel<Vilt> loaded) implements PictureMatches {
    /** Loads a checkpoint as {@link LoadedFusionModel#load} does. */
    static ViltMatches load(Checkpoint checkpoint, Compute compute) {
        return new ViltMatches(LoadedFusionModel.load(checkpoint, FusionTask.MATCHING, PURPOSE, Vilt.class, compute));
    }

    @Override
    public List<Match> match(Image image, List<String> texts, Patience patience) {
        List<float[]> scores = ViltScores.of(loaded, image, texts, "text", patience);
        return IntStream.range(0, texts.size())
                .mapToObj(
                        i -> new Match(texts.get(i), scores.get(i)[0], OptionalDouble.empty(), OptionalDouble.empty()))
                .toList();
    }

    @Override
    public ViltMatches with(PeftAdapter adapter) {
        return new ViltMatches(loaded.with(adapter));
    }

    @Override
    public void close() {
        loaded.close();
    }
}
