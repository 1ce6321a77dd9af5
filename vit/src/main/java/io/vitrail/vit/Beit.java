package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.LayerScale;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.RelativePositionBias;
import io.vitrail.transformer.ScaledPreNormBlock;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * BEiT (Bao et al. 2021, "BEiT: BERT Pre-Training of Image Transformers"). It differs from {@link Vit} in positions,
 * which bias attention's scores by distance; in keys without a bias; in a layer scale; and in its pre-training: it
 * names the visual words of masked patches. Pictures may have any size: the reference resizes its tables without being
 * asked to.
 */
public final class Beit extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "BeitModel", VisionTask.FEATURES,
            "BeitForImageClassification", VisionTask.CLASSIFICATION,
            "BeitForMaskedImageModeling", VisionTask.MASKED_IMAGE_MODELING);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                                                                       | block                                             | shape | note
            {base}.embeddings.cls_token                                                                      | embedding.classToken                              | 1, 1, width
            {base}.embeddings.mask_token                                                                     | embedding.maskToken                               | 1, 1, width
            {base}.embeddings.patch_embeddings.projection                                                    | embedding.patches                                 | width, channels, patchHeight, patchWidth
            {base}.embeddings.position_embeddings                                                            | embedding.positions.table                         | 1, positions, width
            {base}.encoder.relative_position_bias.relative_position_bias_table                               | sharedBias.table                                  | distances, heads
            {base}.encoder.relative_position_bias.relative_position_index                                    | -                                                 | -     | unused: computed from the grid
            {base}.encoder.layer.{i}.layernorm_before                                                        | encoder.{i}.norm1                                 | width
            {base}.encoder.layer.{i}.attention.attention.relative_position_bias.relative_position_bias_table | encoder.{i}.attention.bias.table                  | distances, heads
            {base}.encoder.layer.{i}.attention.attention.relative_position_bias.relative_position_index      | -                                                 | -     | unused: computed from the grid
            {base}.encoder.layer.{i}.attention.attention.query                                               | encoder.{i}.attention.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.attention.key                                                 | encoder.{i}.attention.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.attention.value                                               | encoder.{i}.attention.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.output.dense                                                  | encoder.{i}.attention.attention.output            | width, width
            {base}.encoder.layer.{i}.lambda_1                                                                | encoder.{i}.scale1.scale                          | width
            {base}.encoder.layer.{i}.layernorm_after                                                         | encoder.{i}.norm2                                 | width
            {base}.encoder.layer.{i}.intermediate.dense                                                      | encoder.{i}.mlp.expand                            | mlpWidth, width
            {base}.encoder.layer.{i}.output.dense                                                            | encoder.{i}.mlp.contract                          | width, mlpWidth
            {base}.encoder.layer.{i}.lambda_2                                                                | encoder.{i}.scale2.scale                          | width
            {base}.layernorm                                                                                 | norm                                              | width
            {base}.pooler.layernorm                                                                          | poolerNorm                                        | width
            layernorm                                                                                        | visualWords.norm                                  | width
            lm_head                                                                                          | visualWords.output                                | vocabulary, width
            classifier                                                                                       | head                                              | labels, width
            classifier.*                                                                                     | -                                                 | -     | unused: a head, where features are asked for
            lm_head.*                                                                                        | -                                                 | -     | unused: a head, where features are asked for
            layernorm.*                                                                                      | -                                                 | -     | unused: a head, where features are asked for
            """);

    /** Where a model knows positions from; it may have several. */
    enum Position {
        /** A vector for each place, added to the tokens. */
        ABSOLUTE,
        /** A bias by distance, a table for each layer. */
        RELATIVE,
        /** A bias by distance, one table for all layers. */
        SHARED_RELATIVE;

        static Set<Position> fromJson(ConfigJson json) {
            Set<Position> positions = EnumSet.noneOf(Position.class);
            if (json.flag("use_absolute_position_embeddings", false)) {
                positions.add(ABSOLUTE);
            }
            if (json.flag("use_relative_position_bias", false)) {
                positions.add(RELATIVE);
            }
            if (json.flag("use_shared_relative_position_bias", false)) {
                positions.add(SHARED_RELATIVE);
            }
            return positions;
        }
    }

    /** What stands for the whole picture, and where the last norm is. */
    enum PooledFrom {
        /** The class token, after the norm of all tokens. */
        CLASS_TOKEN,
        /** The mean of the patches, which aren't normalised, but it is. */
        MEAN_OF_PATCHES
    }

    /**
     * Sizes and choices of one BEiT.
     *
     * @param maskToken whether there is a token for masked patches
     * @param layerScale what the factors of the residual branches start from; 0 for no such factors
     * @param vocabulary number of visual words
     * @param labels names of the classes
     */
    record Config(
            ImageConfig image,
            EncoderConfig encoder,
            boolean maskToken,
            Set<Position> positions,
            float layerScale,
            PooledFrom pooledFrom,
            int vocabulary,
            List<String> labels) {

        static Config fromJson(ConfigJson json) {
            return new Config(
                    ImageConfig.fromJson(json, 224, 16),
                    Vit.Config.encoder(json, 1e-12, "gelu", Bias.PRESENT),
                    json.flag("use_mask_token", false),
                    Position.fromJson(json),
                    (float) json.number("layer_scale_init_value", 0.1),
                    json.flag("use_mean_pooling", true) ? PooledFrom.MEAN_OF_PATCHES : PooledFrom.CLASS_TOKEN,
                    json.size("vocab_size", 8192),
                    Labels.of(json));
        }

        private ImageEmbedding embedding() {
            return new ImageEmbedding(
                    image,
                    new ImageEmbedding.Parts(
                            encoder.width(),
                            Bias.PRESENT,
                            List.of("classToken"),
                            Optional.of(new ImageEmbedding.Positions(Interpolation.BICUBIC, PictureSizes.ALL))
                                    .filter(table -> positions.contains(Position.ABSOLUTE)),
                            maskToken));
        }

        private RelativePositionBias bias() {
            return new RelativePositionBias(1, image.grid(), encoder.heads());
        }

        private AttentionConfig attention() {
            return new AttentionConfig(
                    encoder.width(), encoder.heads(), Bias.PRESENT, Bias.ABSENT, Bias.PRESENT, Bias.PRESENT);
        }

        private TensorBlock block() {
            Optional<RelativePositionBias> bias =
                    positions.contains(Position.RELATIVE) ? Optional.of(bias()) : Optional.empty();
            BiasedAttention attention = new BiasedAttention(bias, attention());
            Mlp mlp = new Mlp(encoder.width(), encoder.mlpWidth(), encoder.activation());
            return layerScale > 0
                    ? new ScaledPreNormBlock(encoder.norm(), attention, scale(), encoder.norm(), mlp, scale())
                    : new PreNormBlock(encoder.norm(), attention, encoder.norm(), mlp);
        }

        private LayerScale scale() {
            return new LayerScale(encoder.width(), layerScale);
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final Optional<RelativePositionBias> sharedBias;
    private final Encoder encoder;
    private final Optional<TokenNorm> norm;
    private final Optional<TokenNorm> poolerNorm;
    private final Optional<VisualWords> visualWords;

    private Beit(Config config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        boolean pooled = config.pooledFrom() == PooledFrom.MEAN_OF_PATCHES;
        embedding = part("embedding", config.embedding());
        sharedBias = config.positions().contains(Position.SHARED_RELATIVE)
                ? Optional.of(part("sharedBias", config.bias()))
                : Optional.empty();
        encoder = part("encoder", new Encoder(config.encoder().depth(), i -> config.block()));
        norm = pooled
                ? Optional.empty()
                : Optional.of(part("norm", config.encoder().norm()));
        poolerNorm = pooled && task != VisionTask.MASKED_IMAGE_MODELING
                ? Optional.of(part("poolerNorm", config.encoder().norm()))
                : Optional.empty();
        visualWords = task == VisionTask.MASKED_IMAGE_MODELING
                ? Optional.of(part("visualWords", new VisualWords(config)))
                : Optional.empty();
        addHead(config.encoder().width());
    }

    /** The model that a config.json describes, without weights yet. */
    static Beit of(ConfigJson json, VisionTask task) {
        return new Beit(Config.fromJson(json), task);
    }

    /** As {@link VisionModel#features}; for masked image modeling, {@code logits} are recorded, not what is pooled. */
    @Override
    public Features features(VisionInput input, Pass pass) {
        Pass onGrid = pass.withGrid(config.image().wholePatches(input));
        NDArray embedded = embedding.forward(input, onGrid); // [batch, 1 + patches, width]
        Pass inside = config.positions().contains(Position.RELATIVE)
                ? RelativePositionBias.sharing(1, onGrid, embedded.getManager())
                : onGrid;
        AttentionMask bias =
                sharedBias.map(table -> table.mask(embedded, inside)).orElse(AttentionMask.NONE);
        NDArray encoded = encoder.forward(embedded, inside.withMask(bias));
        NDArray x = norm.map(last -> last.forward(encoded, pass)).orElse(encoded);
        pass.trace().record("last_hidden_state", x);
        NDArray pooled = pooled(x, pass); // [batch, width]
        if (visualWords.isPresent()) {
            pass.trace().record("logits", visualWords.get().forward(x, pass));
        } else {
            pass.trace().record("pooler_output", pooled);
        }
        return new Features(x, pooled);
    }

    private NDArray pooled(NDArray x, Pass pass) {
        return switch (config.pooledFrom()) {
            case CLASS_TOKEN -> x.get(":, 0");
            case MEAN_OF_PATCHES -> {
                NDArray mean = x.get(":, 1:").mean(new int[] {1}); // [batch, width]
                yield poolerNorm.map(last -> last.forward(mean, pass)).orElse(mean);
            }
        };
    }

    @Override
    public Readout readout() {
        return switch (config.pooledFrom()) {
            case CLASS_TOKEN -> Readout.CLASS_TOKEN;
            case MEAN_OF_PATCHES -> Readout.PATCHES;
        };
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "beit";
    }

    @Override
    public Map<String, Long> sizes() {
        Grid grid = config.image().grid();
        return Sizes.of(config.image(), config.encoder())
                .and("positions", grid.tokens() + 1)
                .and("distances", (2L * grid.rows() - 1) * (2L * grid.columns() - 1) + 3)
                .and("vocabulary", config.vocabulary())
                .and("labels", config.labels().size())
                .asMap();
    }

    /**
     * Scores of the visual words that each patch may stand for (Bao et al. 2021, section 2.3, equation 2). [batch, 1 +
     * patches, width] to [batch, patches, vocabulary].
     */
    private static final class VisualWords extends TensorBlock {
        private final TokenNorm norm;
        private final Linear output;

        VisualWords(Config config) {
            norm = part("norm", config.encoder().norm());
            output = part("output", new Linear(config.encoder().width(), config.vocabulary()));
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return output.forward(norm.forward(x.get(":, 1:"), pass), pass);
        }
    }
}
