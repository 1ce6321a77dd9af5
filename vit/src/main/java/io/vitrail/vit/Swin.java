package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.ModelLimits;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Swin Transformer (Liu et al. 2021, "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows"). It
 * differs from {@link Vit} in attending within windows, in stages that halve the grid and double the width, in
 * positions that are distances within a window, and in having no class token: the mean of the tokens is pooled. The
 * paper's C is {@code width}, its M {@code window}. Pictures may have any size that fills a window in every stage.
 *
 * <p>A stage whose tokens are one window high or wide doesn't shift its windows. The reference's stage never shifts
 * them again after such a picture, so that its answers depend on what it saw before; these are those to its first.
 */
public final class Swin extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "SwinModel", VisionTask.FEATURES,
            "SwinForImageClassification", VisionTask.CLASSIFICATION,
            "SwinForMaskedImageModeling", VisionTask.MASKED_IMAGE_MODELING);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                                                       | block                                                 | shape | note
            {base}.embeddings.patch_embeddings.projection                                    | patches                                               | width0, channels, patchHeight, patchWidth
            {base}.embeddings.norm                                                           | patchNorm                                             | width0
            {base}.embeddings.mask_token                                                     | maskToken                                             | 1, 1, width0
            {base}.encoder.layers.{i}.blocks.{j}.layernorm_before                            | encoder.{i}.{j}.norm1                                 | width{i}
            {base}.encoder.layers.{i}.blocks.{j}.attention.self.relative_position_bias_table | encoder.{i}.{j}.attention.bias.table                  | distances, heads{i}
            {base}.encoder.layers.{i}.blocks.{j}.attention.self.relative_position_index      | -                                                     | -     | unused: computed from the window
            {base}.encoder.layers.{i}.blocks.{j}.attention.self.query                        | encoder.{i}.{j}.attention.attention.projections.query | width{i}, width{i}
            {base}.encoder.layers.{i}.blocks.{j}.attention.self.key                          | encoder.{i}.{j}.attention.attention.projections.key   | width{i}, width{i}
            {base}.encoder.layers.{i}.blocks.{j}.attention.self.value                        | encoder.{i}.{j}.attention.attention.projections.value | width{i}, width{i}
            {base}.encoder.layers.{i}.blocks.{j}.attention.output.dense                      | encoder.{i}.{j}.attention.attention.output            | width{i}, width{i}
            {base}.encoder.layers.{i}.blocks.{j}.layernorm_after                             | encoder.{i}.{j}.norm2                                 | width{i}
            {base}.encoder.layers.{i}.blocks.{j}.intermediate.dense                          | encoder.{i}.{j}.mlp.expand                            | mlpWidth{i}, width{i}
            {base}.encoder.layers.{i}.blocks.{j}.output.dense                                | encoder.{i}.{j}.mlp.contract                          | width{i}, mlpWidth{i}
            {base}.encoder.layers.{i}.downsample.norm                                        | encoder.{i}.merging.norm                              | 4*width{i}
            {base}.encoder.layers.{i}.downsample.reduction                                   | encoder.{i}.merging.reduction                         | 2*width{i}, 4*width{i}
            {base}.layernorm                                                                 | norm                                                  | lastWidth
            classifier                                                                       | head                                                  | labels, lastWidth
            {base}.embeddings.mask_token                                                     | -                                                     | -     | unused: for masked image modeling
            decoder.*                                                                        | -                                                     | -     | unused: it draws the masked patches' pixels
            classifier.*                                                                     | -                                                     | -     | unused: a head, where features are asked for
            """);

    /** Of the norms behind patches and at merging: the reference doesn't pass its config's epsilon on to them. */
    static final float FIXED_EPSILON = 1e-5f;

    /**
     * Sizes and choices of one Swin.
     *
     * @param width of the first stage's tokens
     * @param depths number of blocks of each stage
     * @param heads of each stage's attentions
     * @param window side of a window, in tokens
     * @param mlpRatio width between the two layers of the MLP, in terms of the tokens' width
     * @param labels names of the classes
     */
    record Config(
            ImageConfig image,
            int width,
            List<Integer> depths,
            List<Integer> heads,
            int window,
            double mlpRatio,
            float normEpsilon,
            Activation activation,
            Bias queryKeyValueBias,
            List<String> labels) {
        private static final int MOST_STAGES = 8; // each doubles the width

        Config {
            Check.that(
                    !depths.isEmpty() && depths.size() <= MOST_STAGES && depths.size() == heads.size(),
                    "Swin needs as many depths as num_heads, one of each per stage, 1 to %d, not %d and %d.",
                    MOST_STAGES,
                    depths.size(),
                    heads.size());
            long blocks = depths.stream().mapToLong(Integer::longValue).sum();
            Check.that(
                    blocks <= ModelLimits.DEPTH, "Swin may have %d blocks in all, not %d.", ModelLimits.DEPTH, blocks);
            Check.that(window > 0, "window_size (%d) must be positive", window);
        }

        static Config fromJson(ConfigJson json) {
            Check.that(
                    !json.flag("use_absolute_embeddings", false),
                    "Swin with use_absolute_embeddings isn't supported: the reference's table has one position"
                            + " too many, so that it can't compute it either.");
            return new Config(
                    ImageConfig.fromJson(json, 224, 4),
                    json.size("embed_dim", 96),
                    list(json.integers("depths", 2, 2, 6, 2)),
                    list(json.integers("num_heads", 3, 6, 12, 24)),
                    json.size("window_size", 7),
                    json.number("mlp_ratio", 4),
                    (float) json.number("layer_norm_eps", 1e-5),
                    Activation.named(json.text("hidden_act", "gelu")),
                    Bias.of(json.flag("qkv_bias", true)),
                    Labels.of(json));
        }

        private static List<Integer> list(int[] numbers) {
            return Arrays.stream(numbers).boxed().toList();
        }

        int stages() {
            return depths.size();
        }

        /** Sizes of a stage's blocks, counted from 0: its tokens are twice as wide as those of the stage before. */
        EncoderConfig stage(int number) {
            int stageWidth = Math.multiplyExact(width, 1 << number);
            return new EncoderConfig(
                    stageWidth,
                    depths.get(number),
                    heads.get(number),
                    (int) (mlpRatio * stageWidth),
                    normEpsilon,
                    activation,
                    queryKeyValueBias);
        }

        /** The grid of patches in a picture, the last ones padded. */
        private Grid grid(int height, int imageWidth) {
            return new Grid(Windows.ceil(height, image.patchHeight()), Windows.ceil(imageWidth, image.patchWidth()));
        }

        private int lastWidth() {
            return stage(stages() - 1).width();
        }
    }

    private final Config config;
    private final PatchEmbedding patches;
    private final TokenNorm patchNorm;
    private final Optional<Parameter> maskToken;
    private final Encoder encoder;
    private final TokenNorm norm;

    private Swin(Config config, VisionTask task) {
        super(config.image(), task.scored(config.labels()));
        this.config = config;
        patches = part("patches", new PatchEmbedding(config.image(), config.width(), Bias.PRESENT));
        patchNorm = part("patchNorm", new TokenNorm(config.width(), FIXED_EPSILON));
        maskToken = task == VisionTask.MASKED_IMAGE_MODELING
                ? Optional.of(parameter("maskToken", Parameter.Type.OTHER, Initializers.ZERO, 1, 1, config.width()))
                : Optional.empty();
        encoder = part("encoder", new Encoder(config.stages(), i -> new SwinStage(config, i)));
        norm = part("norm", new TokenNorm(config.lastWidth(), config.normEpsilon()));
        addHead(config.lastWidth());
    }

    /** The model that a config.json describes, without weights yet. */
    static Swin of(ConfigJson json, VisionTask task) {
        return new Swin(Config.fromJson(json), task);
    }

    /** As {@link VisionModel#features}; with hidden states, records {@code reshaped_hidden_states} too, as maps. */
    @Override
    public Features features(VisionInput input, Pass pass) {
        Grid grid = config.grid(input.height(), input.width());
        requireWindows(input, grid);
        Pass inside = pass.withGrid(grid);
        NDArray x = encoder.forward(embedded(input, pass), inside); // [batch, lastTokens, lastWidth]
        reshapeHiddenStates(inside);
        x = norm.forward(x, pass);
        pass.trace().record("last_hidden_state", x);
        NDArray pooled = x.mean(new int[] {1}); // [batch, lastWidth]
        if (maskToken.isEmpty()) {
            pass.trace().record("pooler_output", pooled);
        }
        return new Features(x, pooled);
    }

    /** Pixels to [batch, patches, width]. */
    private NDArray embedded(VisionInput input, Pass pass) {
        NDArray x = patchNorm.forward(patches.forward(padded(input.pixels()), pass), pass);
        return input.withoutMasked(x, maskToken.map(token -> value(token, x, pass)));
    }

    private void requireWindows(VisionInput input, Grid first) {
        for (int stage = 0; stage < config.stages(); stage++) {
            Grid grid = SwinStage.grid(first, stage);
            Check.that(
                    Math.min(grid.rows(), grid.columns()) >= config.window(),
                    "The picture is %d × %d pixels (height × width), which stage %d sees as %d × %d tokens;"
                            + " a window needs %d × %d.%n"
                            + "  try:  resize it to %d × %d pixels, the size that the model was made for.",
                    input.height(),
                    input.width(),
                    stage + 1,
                    grid.rows(),
                    grid.columns(),
                    config.window(),
                    config.window(),
                    imageHeight(),
                    imageWidth());
        }
    }

    /** Zeros below and on the right make whole patches. */
    private NDArray padded(NDArray pixels) {
        int below =
                Math.floorMod(-(int) pixels.getShape().get(2), config.image().patchHeight());
        int right =
                Math.floorMod(-(int) pixels.getShape().get(3), config.image().patchWidth());
        return below == 0 && right == 0 ? pixels : pixels.pad(new Shape(0, right, 0, below), 0);
    }

    private void reshapeHiddenStates(Pass pass) {
        if (!pass.trace().wants(Trace.Stage.HIDDEN_STATES)) {
            return;
        }
        for (int i = 0; i <= config.stages(); i++) {
            NDArray tokens = pass.trace().recorded().get("hidden_states." + i); // [batch, tokens, width]
            Grid grid = SwinStage.grid(pass.grid(), Math.min(i, config.stages() - 1));
            Shape s = tokens.getShape();
            NDArray map = tokens.swapAxes(1, 2).reshape(s.get(0), s.get(2), grid.rows(), grid.columns());
            pass.trace().record("reshaped_hidden_states." + i, map); // [batch, width, rows, columns]
        }
    }

    /** None before the patches. */
    @Override
    public int specialTokens() {
        return 0;
    }

    @Override
    public Readout readout() {
        return Readout.PATCHES;
    }

    @Override
    public TokenLayout layout(int layer, int height, int width) {
        int stage = 0;
        int block = layer;
        while (block >= config.depths().get(stage)) {
            block -= config.depths().get(stage);
            stage++;
        }
        Grid grid = SwinStage.grid(config.grid(height, width), stage);
        int shift = SwinStage.shift(config, block);
        return new TokenLayout(
                0,
                grid,
                TokenAxis.ofPatches(grid.rows(), config.image().patchHeight() << stage, height),
                TokenAxis.ofPatches(grid.columns(), config.image().patchWidth() << stage, width),
                Windows.of(grid, config.window(), shift).places());
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "swin";
    }

    @Override
    public Map<String, Long> sizes() {
        long side = 2L * config.window() - 1;
        Sizes sizes = Sizes.of(config.image())
                .and("distances", side * side)
                .and("lastWidth", config.lastWidth())
                .and("labels", config.labels().size());
        for (int i = 0; i < config.stages(); i++) {
            EncoderConfig stage = config.stage(i);
            sizes.and("width" + i, stage.width())
                    .and("heads" + i, stage.heads())
                    .and("mlpWidth" + i, stage.mlpWidth());
        }
        return sizes.asMap();
    }
}
