package io.vitrail.fusion;

import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.ModelIdentity;
import io.vitrail.vit.VisionCalls;
import io.vitrail.vit.fewshot.FrozenFeatures;
import io.vitrail.vit.fewshot.NameVectors;
import io.vitrail.vit.fewshot.VisionFeatures;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a CLIP or SigLIP makes of pictures, for learning classes from a few examples. It knows classes by their names,
 * too, in sentences: so {@link io.vitrail.vit.fewshot.TipAdapter} can learn with it.
 */
public final class ContrastiveFeatures implements FrozenFeatures {
    private static final String SHARED = "joint";

    private final ModelIdentity identity;
    private final LoadedContrastive loaded;
    private final PromptTemplates templates;
    private final VisionCalls<Embedding> calls;

    private ContrastiveFeatures(ModelIdentity identity, LoadedContrastive loaded, PromptTemplates templates) {
        this.identity = identity;
        this.loaded = loaded;
        this.templates = templates;
        calls = loaded.pictures((model, vectors, pass) -> LoadedContrastive.embeddings(vectors));
    }

    /** The CLIP or SigLIP of a checkpoint's folder, on the CPU in float32, with the reference's template. */
    public static ContrastiveFeatures load(Path folder) {
        return load(folder, PromptTemplates.DEFAULT, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @param templates the sentences that names are put into; a classifier that learned from names is loaded with the
     *     same ({@link io.vitrail.vit.fewshot.FewShotClassifier#templatesOf})
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others
     * @throws IllegalArgumentException if the model doesn't compare pictures with texts; the message names those that
     *     do
     */
    public static ContrastiveFeatures load(Path folder, PromptTemplates templates, Compute compute) {
        ModelIdentity identity = ModelIdentity.of(folder).making(SHARED);
        return new ContrastiveFeatures(identity, LoadedContrastive.load(folder, compute), templates);
    }

    /**
     * Those of any model that sees pictures: of one that reads texts as well as {@link #load} says, else the vision
     * model's.
     */
    public static FrozenFeatures ofAny(Path folder, PromptTemplates templates, Compute compute) {
        return readsTexts(folder) ? load(folder, templates, compute) : VisionFeatures.load(folder, compute);
    }

    private static boolean readsTexts(Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return FusionModels.isFor(ConfigJson.of(checkpoint), FusionTask.COMPARING);
        }
    }

    @Override
    public ModelIdentity identity() {
        return identity;
    }

    @Override
    public List<Embedding> of(List<Image> pictures) {
        return calls.answer(pictures);
    }

    @Override
    public Stream<Embedding> of(Stream<Image> pictures) {
        return calls.answer(pictures);
    }

    @Override
    public NameVectors ofNames(List<String> names) {
        LabelVectors.check(names);
        float[] values = LabelVectors.of(names, templates, loaded).values(); // [names, sharedWidth]
        int width = values.length / names.size();
        List<Embedding> vectors = IntStream.range(0, names.size())
                .mapToObj(i -> new Embedding(Arrays.copyOfRange(values, i * width, (i + 1) * width)))
                .toList();
        return new NameVectors(vectors, loaded.factor());
    }

    @Override
    public List<String> templates() {
        return templates.templates();
    }

    @Override
    public void close() {
        loaded.close();
    }
}
