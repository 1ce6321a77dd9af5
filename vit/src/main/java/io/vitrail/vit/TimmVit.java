package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Vision Transformer as the library timm saves it: ViT, DeiT with and without distillation, DeiT III (Touvron et
 * al. 2022, "DeiT III: Revenge of the ViT"), the towers of CLIP, and DINOv2 without registers. It differs from
 * {@link Vit} in the choices of {@link TimmConfig}, which tell these apart.
 */
public final class TimmVit extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "TimmWrapperModel", VisionTask.FEATURES,
            "TimmWrapperForImageClassification", VisionTask.CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint           | block                                                 | shape                                    | note
            cls_token            | embedding.classToken                                  | 1, 1, width
            cls_token            | classToken                                            | 1, 1, width
            dist_token           | embedding.distillationToken                           | 1, 1, width
            pos_embed            | embedding.positions.table                             | 1, positions, width
            patch_embed.proj     | embedding.patches                                     | width, channels, patchHeight, patchWidth
            norm_pre             | preNorm                                               | width
            blocks.{i}.norm1     | encoder.{i}.norm1                                     | width
            blocks.{i}.attn.qkv  | encoder.{i}.attention.projections.[query, key, value] | width, width                             | fused: one product for all three
            blocks.{i}.attn.proj | encoder.{i}.attention.output                          | width, width
            blocks.{i}.ls1.gamma | encoder.{i}.scale1.scale                              | width
            blocks.{i}.norm2     | encoder.{i}.norm2                                     | width
            blocks.{i}.mlp.fc1   | encoder.{i}.mlp.expand                                | mlpWidth, width
            blocks.{i}.mlp.fc2   | encoder.{i}.mlp.contract                              | width, mlpWidth
            blocks.{i}.ls2.gamma | encoder.{i}.scale2.scale                              | width
            norm                 | norm                                                  | width
            fc_norm              | pooledNorm                                            | width
            head                 | head                                                  | labels, width
            head                 | heads.classHead                                       | labels, width
            head_dist            | heads.distillationHead                                | labels, width
            head.*               | -                                                     | -                                        | unused: a head, where features are asked for
            head_dist.*          | -                                                     | -                                        | unused: a head, where features are asked for
            """);

    private final TimmConfig config;
    private final ImageEmbedding embedding;
    private final Optional<Parameter> classToken;
    private final Optional<TokenNorm> preNorm;
    private final Encoder encoder;
    private final Optional<TokenNorm> norm;
    private final Optional<TokenNorm> pooledNorm;
    private final Optional<Deit.JointHeads> jointHeads;

    private TimmVit(TimmConfig config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        int width = config.encoder().width();
        embedding = part("embedding", embedding(config));
        classToken = config.classToken() == TimmConfig.ClassToken.WITHOUT_POSITION
                ? Optional.of(parameter("classToken", Parameter.Type.OTHER, Initializers.NORMAL, 1, 1, width))
                : Optional.empty();
        preNorm = norm("preNorm", config.preNorm());
        encoder = part("encoder", config.blocks());
        norm = norm("norm", !config.normsPooled());
        pooledNorm = norm("pooledNorm", config.normsPooled());
        jointHeads = config.distilled() && classifies()
                ? Optional.of(part("heads", new Deit.JointHeads(width, labels().size())))
                : Optional.empty();
        if (jointHeads.isEmpty()) {
            addHead(width);
        }
    }

    private static ImageEmbedding embedding(TimmConfig config) {
        List<String> placed = new ArrayList<>();
        if (config.classToken() == TimmConfig.ClassToken.WITH_POSITION) {
            placed.add("classToken");
        }
        if (config.distilled()) {
            placed.add("distillationToken");
        }
        return new ImageEmbedding(
                config.image(),
                new ImageEmbedding.Parts(
                        config.encoder().width(),
                        Bias.of(!config.preNorm()),
                        placed,
                        Optional.of(
                                new ImageEmbedding.Positions(Interpolation.BICUBIC_ANTIALIAS, PictureSizes.ITS_OWN)),
                        false));
    }

    private Optional<TokenNorm> norm(String name, boolean present) {
        return present ? Optional.of(part(name, config.encoder().norm())) : Optional.empty();
    }

    /** The model that timm's config.json describes, without weights yet. */
    static TimmVit of(ConfigJson json, VisionTask task) {
        return new TimmVit(TimmConfig.fromJson(json), task);
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = embedding.forward(input, pass); // [batch, placed tokens + patches, width]
        if (classToken.isPresent()) {
            x = ImageEmbedding.before(x, value(classToken.get(), x, pass)); // [batch, 1 + patches, width]
        }
        x = normed(preNorm, x, pass);
        x = normed(norm, encoder.forward(x, pass), pass);
        pass.trace().record("last_hidden_state", x);
        NDArray pooled = normed(pooledNorm, pool(x), pass); // [batch, width]
        pass.trace().record("pooler_output", pooled);
        return new Features(x, pooled);
    }

    private static NDArray normed(Optional<TokenNorm> norm, NDArray x, Pass pass) {
        return norm.isPresent() ? norm.get().forward(x, pass) : x;
    }

    /** [batch, tokens, width] to [batch, width]. */
    private NDArray pool(NDArray x) {
        if (config.distilled()) {
            return Numbers.times(x.get(":, 0").add(x.get(":, 1")), 0.5);
        }
        return switch (config.pooling()) {
            case TOKEN -> x.get(":, 0");
            case AVG -> x.get(":, {}:", specialTokens()).mean(new int[] {1});
        };
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
        return config.specialTokens();
    }

    @Override
    public Readout readout() {
        if (config.distilled()) {
            return Readout.SPECIAL_TOKENS;
        }
        return config.pooling() == TimmConfig.Pooling.TOKEN ? Readout.CLASS_TOKEN : Readout.PATCHES;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.image(), config.encoder())
                .and("positions", config.image().grid().tokens() + config.placedTokens())
                .and("labels", labels().size())
                .asMap();
    }
}
