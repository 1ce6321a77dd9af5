package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;

/**
 * The encoder of a masked autoencoder (He et al. 2021, "Masked Autoencoders Are Scalable Vision Learners"). It differs
 * from {@link Vit} in that it may see only some of the patches, in random order. The decoder, which draws the others'
 * pixels, is discarded after pre-training, as in the paper.
 */
public final class VitMae extends VisionModel {
    static final Map<String, VisionTask> CLASSES =
            Map.of("ViTMAEModel", VisionTask.FEATURES, "ViTMAEForPreTraining", VisionTask.PRE_TRAINING);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                         | block                                   | shape
            {base}.embeddings.cls_token                        | embedding.classToken                    | 1, 1, width
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
            decoder.*                                          | -                                       | - | unused: it draws the hidden patches' pixels
            """);

    /**
     * Sizes and choices of one masked autoencoder.
     *
     * @param vit all but the masking; keys and defaults are the same
     * @param maskRatio the share of patches that are hidden when noise is given
     */
    record Config(Vit.Config vit, double maskRatio) {
        Config {
            Check.that(maskRatio >= 0 && maskRatio <= 1, "mask_ratio (%s) must be from 0 to 1", maskRatio);
        }

        static Config fromJson(ConfigJson json) {
            return new Config(Vit.Config.fromJson(json), json.number("mask_ratio", 0.75));
        }

        /** How many of the patches are seen. */
        private int seen(long patches) {
            return (int) (patches * (1 - maskRatio));
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final Encoder encoder;
    private final TokenNorm norm;

    private VitMae(Config config, VisionTask task) {
        super(config.vit().image(), List.of());
        this.config = config;
        embedding = part("embedding", config.vit().embedding(List.of("classToken"), PictureSizes.ITS_OWN, task));
        encoder = part("encoder", config.vit().encoder().preNormEncoder());
        norm = part("norm", config.vit().encoder().norm());
    }

    /** The model that a config.json describes, without weights yet. */
    static VitMae of(ConfigJson json, VisionTask task) {
        return new VitMae(Config.fromJson(json), task);
    }

    /**
     * Of all patches in their order; or, if the input has noise, of those with the least noise, the least first. Then
     * {@code mask} and {@code ids_restore} are recorded too. The class token is the pooled vector.
     */
    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = embedding.forward(input, pass); // [batch, 1 + patches, width]
        if (input.noise().isPresent()) {
            x = shuffled(x, input.noise().get(), pass); // [batch, 1 + seen, width]
        }
        x = norm.forward(encoder.forward(x, pass), pass);
        pass.trace().record("last_hidden_state", x);
        return new Features(x, x.get(":, 0"));
    }

    /** Shuffles the patches by sorting noise, and drops the last (He et al. 2021, section 3, "Simple implementation"). */
    private NDArray shuffled(NDArray x, NDArray noise, Pass pass) {
        Shape shape = x.getShape();
        long patches = shape.get(1) - 1;
        Check.that(
                noise.getShape().equals(new Shape(shape.get(0), patches)),
                "Noise must be [batch, patches] = [%d, %d], not %s.",
                shape.get(0),
                patches,
                noise.getShape());
        int seen = config.seen(patches);
        NDArray order = Scope.lend(noise, x.getManager()).argSort(1); // [batch, patches]
        NDArray restore = order.argSort(1); // where each patch went
        pass.trace().record("mask", restore.gte(seen).toType(DataType.FLOAT32, false));
        pass.trace().record("ids_restore", restore);
        NDArray kept = order.get(":, :{}", seen).expandDims(2).repeat(2, shape.get(2)); // [batch, seen, width]
        return NDArrays.concat(new NDList(x.get(":, :1"), x.get(":, 1:").gather(kept, 1)), 1);
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "vit";
    }

    @Override
    public Map<String, Long> sizes() {
        return Sizes.of(config.vit().image(), config.vit().encoder())
                .and("positions", config.vit().image().grid().tokens() + 1)
                .asMap();
    }
}
