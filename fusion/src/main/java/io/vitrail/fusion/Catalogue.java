package io.vitrail.fusion;

import io.vitrail.fusion.verify.FusionReplayer;
import io.vitrail.fusion.verify.LoraReplayer;
import io.vitrail.fusion.verify.TrainingReplayer;
import io.vitrail.text.TextModels;
import io.vitrail.text.tokenizer.TokenizerReplayer;
import io.vitrail.text.verify.TextReplayer;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.verify.ImageReplayer;
import io.vitrail.vit.verify.VisionReplayer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Every model and every family of golden cases, joined from the modules' own catalogues. */
public final class Catalogue {
    private Catalogue() {}

    /** The model_type of every checkpoint that can be loaded, sorted. */
    public static Set<String> modelTypes() {
        Set<String> types = new TreeSet<>(VisionModels.types());
        types.addAll(TextModels.types());
        types.addAll(FusionModels.types());
        return types;
    }

    /** What replays golden cases; the caller closes it. */
    public static Replayers replayers() {
        return new Replayers(List.of(
                new FusionReplayer(),
                new VisionReplayer(),
                new ImageReplayer(),
                new TextReplayer(),
                new LoraReplayer(),
                new TokenizerReplayer(),
                new TrainingReplayer()));
    }

    /** Replayers of all families. */
    public record Replayers(List<GoldenReplayer> all) implements AutoCloseable {
        @Override
        public void close() {
            all.forEach(GoldenReplayer::close);
        }
    }
}
