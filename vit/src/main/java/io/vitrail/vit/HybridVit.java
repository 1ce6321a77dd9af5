package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.GridPositions;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.Labels;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A Vision Transformer whose tokens are the places of a convolutional feature map rather than raw patches (Dosovitskiy et al.
 * 2020, section 3.1, "Hybrid architecture"; the stem is that of Xiao et al. 2021). It differs from {@link Vit} in that, and in
 * having no class token: the mean of the tokens is pooled. It learns from less data, so it is the embedded default.
 */
public final class HybridVit extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of("HybridVitForImageClassification", VisionTask.CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                                        | block                                   | shape
            {base}.stem.{i}                                    | stem.{i}                                | stemOut{i}, stemIn{i}, 3, 3
            {base}.stem.{i}.first                              | stem.{i}.first                          | stemOut{i}, stemIn{i}, 3, 3
            {base}.stem.{i}.second                             | stem.{i}.second                         | stemOut{i}, stemIn{i}, 3, 3
            {base}.projection                                  | projection                              | width, stemWidth
            {base}.position_embeddings                         | positions.table                         | 1, positions, width
            {base}.encoder.layer.{i}.layernorm_before          | encoder.{i}.norm1                       | width
            {base}.encoder.layer.{i}.attention.query           | encoder.{i}.attention.projections.query | width, width
            {base}.encoder.layer.{i}.attention.key             | encoder.{i}.attention.projections.key   | width, width
            {base}.encoder.layer.{i}.attention.value           | encoder.{i}.attention.projections.value | width, width
            {base}.encoder.layer.{i}.attention.output          | encoder.{i}.attention.output            | width, width
            {base}.encoder.layer.{i}.layernorm_after           | encoder.{i}.norm2                       | width
            {base}.encoder.layer.{i}.mlp.expand                | encoder.{i}.mlp.expand                  | mlpWidth, width
            {base}.encoder.layer.{i}.mlp.contract              | encoder.{i}.mlp.contract                | width, mlpWidth
            {base}.layernorm                                   | norm                                    | width
            classifier                                        | head                                    | labels, width
            """);

    /**
     * Sizes of one hybrid.
     *
     * @param image the pictures; a patch is what one token sees the centre of: 2ⁿ pixels after n stages
     * @param positions the grid that positions were learned for; pictures may be larger than those of the training, where crops
     *     made things look larger than they are (Touvron et al. 2019, "Fixing the train-test resolution discrepancy")
     * @param stemWidths channels of the stem's stages
     * @param stemBlocks residual blocks of each stage
     */
    public record Config(
            ImageConfig image,
            Grid positions,
            int[] stemWidths,
            int[] stemBlocks,
            EncoderConfig encoder,
            List<String> labels) {
        public Config {
            Check.that(
                    stemWidths.length > 0 && stemWidths.length == stemBlocks.length && stemWidths.length <= 6,
                    "The stem needs as many widths (%d) as counts of blocks (%d), from 1 to 6.",
                    stemWidths.length,
                    stemBlocks.length);
            stemWidths = stemWidths.clone();
            stemBlocks = stemBlocks.clone();
            labels = List.copyOf(labels);
        }

        /**
         * The embedded default: tokens of width 192, one for 8 × 8 pixels, about 3 million weights.
         *
         * @param side of the pictures, a multiple of 8
         * @param trainingSide of those that it is trained with in the end
         */
        public static Config embedded(int side, int trainingSide, List<String> labels) {
            EncoderConfig encoder = new EncoderConfig(192, 4, 6, 384, 1e-6f, Activation.GELU, Bias.PRESENT);
            return new Config(
                    new ImageConfig(3, side, side, 8, 8),
                    new ImageConfig(3, trainingSide, trainingSide, 8, 8).grid(),
                    new int[] {64, 128, 256},
                    new int[] {0, 1, 1},
                    encoder,
                    labels);
        }

        /**
         * That of a checkpoint, for pictures of another size; the positions stay those that were learned.
         *
         * @param side of the pictures, a multiple of the width of a patch
         */
        public static Config of(Checkpoint checkpoint, int side) {
            Config its = fromJson(ConfigJson.of(checkpoint));
            int patch = its.image.patchHeight();
            ImageConfig image = new ImageConfig(its.image.channels(), side, side, patch, patch);
            return new Config(image, its.positions, its.stemWidths, its.stemBlocks, its.encoder, its.labels);
        }

        static Config fromJson(ConfigJson json) {
            int[] widths = json.integers("stem_widths", 32, 64, 128);
            int patch = 1 << Math.min(widths.length, 6);
            int[] size = json.pair("image_size", 48);
            EncoderConfig encoder = new EncoderConfig(
                    json.size("hidden_size", 192),
                    json.integer("num_hidden_layers", 4),
                    json.size("num_attention_heads", 6),
                    json.size("intermediate_size", 384),
                    (float) json.number("layer_norm_eps", 1e-6),
                    Activation.named(json.text("hidden_act", "gelu")),
                    Bias.PRESENT);
            ImageConfig image = new ImageConfig(json.size("num_channels", 3), size[0], size[1], patch, patch);
            int[] rowsAndColumns = json.has("position_grid")
                    ? json.pair("position_grid", 0)
                    : new int[] {image.grid().rows(), image.grid().columns()};
            Grid positions = new Grid(rowsAndColumns[0], rowsAndColumns[1]);
            return new Config(
                    image, positions, widths, json.integers("stem_blocks", 0, 1, 2), encoder, Labels.of(json));
        }

        /** As {@link #fromJson} reads it, and transformers' configs name it. */
        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.putArray("architectures").add("HybridVitForImageClassification");
            json.put("model_type", "hybrid_vit").put("num_channels", image.channels());
            json.putArray("image_size").add(image.imageHeight()).add(image.imageWidth());
            json.putArray("position_grid").add(positions.rows()).add(positions.columns());
            Arrays.stream(stemWidths).forEach(json.putArray("stem_widths")::add);
            Arrays.stream(stemBlocks).forEach(json.putArray("stem_blocks")::add);
            json.put("hidden_size", encoder.width()).put("num_hidden_layers", encoder.depth());
            json.put("num_attention_heads", encoder.heads()).put("intermediate_size", encoder.mlpWidth());
            json.put("layer_norm_eps", encoder.normEpsilon())
                    .put("hidden_act", encoder.activation().checkpointName());
            ObjectNode names = json.putObject("id2label");
            for (int i = 0; i < labels.size(); i++) {
                names.put(Integer.toString(i), labels.get(i));
            }
            return json;
        }

        private int stemWidth() {
            return stemWidths[stemWidths.length - 1];
        }
    }

    private final Config config;
    private final ConvolutionStem stem;
    private final Linear projection;
    private final GridPositions positions;
    private final Encoder encoder;
    private final TokenNorm norm;

    /** A model without weights yet: load them, or initialise it to train from scratch. */
    public HybridVit(Config config) {
        super(config.image(), config.labels());
        this.config = config;
        int width = config.encoder().width();
        stem = part("stem", new ConvolutionStem(config.image().channels(), config.stemWidths(), config.stemBlocks()));
        projection = part("projection", new Linear(config.stemWidth(), width));
        positions = part("positions", new GridPositions(0, config.positions(), width, Interpolation.BICUBIC));
        encoder = part("encoder", config.encoder().preNormEncoder());
        norm = part("norm", config.encoder().norm());
        addHead(width);
    }

    /** The model that a config.json describes, without weights yet. */
    static HybridVit of(ConfigJson json, VisionTask task) {
        return new HybridVit(Config.fromJson(json));
    }

    /** The model's config.json, to be saved beside its weights. */
    public ObjectNode configJson() {
        return config.toJson();
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        Pass inside = pass.withGrid(config.image().grid(input));
        NDArray map = stem.forward(input.pixels(), pass); // [batch, stemWidth, rows, columns]
        Shape s = map.getShape();
        NDArray places =
                map.reshape(s.get(0), s.get(1), s.get(2) * s.get(3)).swapAxes(1, 2); // [batch, tokens, stemWidth]
        NDArray x = positions.forward(projection.forward(places, inside), inside); // [batch, tokens, width]
        x = norm.forward(encoder.forward(x, inside), inside);
        pass.trace().record("last_hidden_state", x);
        NDArray pooled = x.mean(new int[] {1}); // [batch, width]
        pass.trace().record("pooler_output", pooled);
        return new Features(x, pooled);
    }

    /** Any size that has whole tokens: while it is trained, pictures may be smaller. */
    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        VisionInput input = VisionInput.of(pixels).withSize(VisionInput.SizePolicy.INTERPOLATE);
        return logits(features(input, pass), pass);
    }

    @Override
    public int specialTokens() {
        return 0;
    }

    @Override
    public Readout readout() {
        return Readout.PATCHES;
    }

    /** The stem's strides begin at the first pixel, so that a token sees most of its patch's first pixel, not its middle. */
    @Override
    public TokenLayout layout(int layer, int height, int width) {
        int patch = config.image().patchHeight();
        return TokenLayout.global(
                0,
                new Grid(height / patch, width / patch),
                new TokenAxis(0.5, patch, 0, height),
                new TokenAxis(0.5, patch, 0, width));
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "hybrid_vit";
    }

    @Override
    public Map<String, Long> sizes() {
        Sizes sizes = Sizes.of(config.image(), config.encoder())
                .and("positions", config.positions().tokens())
                .and("stemWidth", config.stemWidth())
                .and("labels", config.labels().size());
        int in = config.image().channels();
        int part = 0;
        for (int stage = 0; stage < config.stemWidths().length; stage++) {
            for (int block = 0; block <= config.stemBlocks()[stage]; block++) { // the halving one, then residual ones
                sizes.and("stemIn" + part, in).and("stemOut" + part, config.stemWidths()[stage]);
                in = config.stemWidths()[stage];
                part++;
            }
        }
        return sizes.asMap();
    }
}
