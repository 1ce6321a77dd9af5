package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Data-efficient Image Transformer (Touvron et al. 2020, "Training data-efficient image transformers &amp;
 * distillation through attention"). It differs from {@link Vit} in a second special token, the distillation token,
 * whose head learned to say what a teacher says.
 */
public final class Deit extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "DeiTModel", VisionTask.FEATURES,
            "DeiTModel(add_pooling_layer=False)", VisionTask.FEATURES_WITHOUT_POOLER,
            "DeiTForImageClassification", VisionTask.CLASSIFICATION,
            "DeiTForImageClassificationWithTeacher", VisionTask.CLASSIFICATION_WITH_TEACHER,
            "DeiTForMaskedImageModeling", VisionTask.MASKED_IMAGE_MODELING);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                         | block                                   | shape
            {base}.embeddings.cls_token                        | embedding.classToken                    | 1, 1, width
            {base}.embeddings.distillation_token               | embedding.distillationToken             | 1, 1, width
            {base}.embeddings.mask_token                       | embedding.maskToken                     | 1, 1, width
            {base}.embeddings.position_embeddings              | embedding.positions.table               | 1, positions, width
            {base}.embeddings.patch_embeddings.projection      | embedding.patches                       | width, channels, patchHeight, patchWidth
            {base}.encoder.layer.{i}.layernorm_before          | encoder.{i}.norm1                       | width
            {base}.encoder.layer.{i}.attention.attention.query | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.attention.key   | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.attention.value | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.output.dense    | encoder.{i}.attention.output            | width, width
            {base}.encoder.layer.{i}.layernorm_after           | encoder.{i}.norm2                       | width
            {base}.encoder.layer.{i}.intermediate.dense        | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense              | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.layernorm                                   | norm                                    | width
            {base}.pooler.dense                                | pooler                                  | pooledWidth, width
            classifier                                         | head                                    | labels, width
            cls_classifier                                     | heads.classHead                         | labels, width
            distillation_classifier                            | heads.distillationHead                  | labels, width
            classifier.*                                       | -                                       | - | unused: a head, where features are asked for
            cls_classifier.*                                   | -                                       | - | unused: a head, where features are asked for
            distillation_classifier.*                          | -                                       | - | unused: a head, where features are asked for
            {base}.pooler.*                                    | -                                       | - | unused: a classifier reads the class token itself
            decoder.*                                          | -                                       | - | unused: it draws the masked patches' pixels
            """);

    private final Vit.Config config;
    private final ImageEmbedding embedding;
    private final Encoder encoder;
    private final TokenNorm norm;
    private final Optional<Linear> pooler;
    private final Optional<JointHeads> jointHeads;

    private Deit(Vit.Config config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        int width = config.encoder().width();
        List<String> specialTokens = List.of("classToken", "distillationToken");
        embedding = part("embedding", config.embedding(specialTokens, PictureSizes.AS_MANY_PATCHES, task));
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
        pooler = config.pooler(task).map(layer -> part("pooler", layer));
        jointHeads = task == VisionTask.CLASSIFICATION_WITH_TEACHER
                ? Optional.of(
                        part("heads", new JointHeads(width, config.labels().size())))
                : Optional.empty();
        if (jointHeads.isEmpty()) {
            addHead(width);
        }
    }

    /** The model that a config.json describes, without weights yet; its keys and defaults are those of {@link Vit}. */
    static Deit of(ConfigJson json, VisionTask task) {
        return new Deit(Vit.Config.fromJson(json), task);
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = embedding.forward(input, pass); // [batch, 2 + patches, width]
        return Vit.pooled(norm.forward(encoder.forward(x, pass), pass), pooler, pass);
    }

    /** With a head for each special token, records {@code cls_logits} and {@code distillation_logits} too. */
    @Override
    public NDArray logits(Features features, Pass pass) {
        if (jointHeads.isEmpty()) {
            return super.logits(features, pass);
        }
        NDArray logits = jointHeads.get().forward(features.tokens(), pass);
        pass.trace().record("logits", logits);
        return logits;
    }

    @Override
    public int specialTokens() {
        return 2;
    }

    @Override
    public Readout readout() {
        return jointHeads.isPresent() ? Readout.SPECIAL_TOKENS : Readout.CLASS_TOKEN;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "deit";
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.encoder())
                .and("positions", config.image().grid().tokens() + 2)
                .and("pooledWidth", config.pooledWidth())
                .and("labels", config.labels().size())
                .asMap();
    }

    /**
     * One head reads the class token, one the distillation token, and their scores are averaged (Touvron et al. 2020,
     * section 4, "Classification with our approach"). [batch, 2 + patches, width] to [batch, labels].
     */
    static final class JointHeads extends TensorBlock {
        private final Linear classHead;
        private final Linear distillationHead;

        JointHeads(int width, int labels) {
            classHead = part("classHead", new Linear(width, labels));
            distillationHead = part("distillationHead", new Linear(width, labels));
        }

        @Override
        public NDArray forward(NDArray tokens, Pass pass) {
            NDArray ofClass = classHead.forward(tokens.get(":, 0"), pass); // [batch, labels]
            NDArray ofDistillation = distillationHead.forward(tokens.get(":, 1"), pass);
            pass.trace().record("cls_logits", ofClass);
            pass.trace().record("distillation_logits", ofDistillation);
            return Numbers.times(ofClass.add(ofDistillation), 0.5);
        }
    }
}
