package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * DINOv2 with register tokens (Darcet et al. 2023, "Vision Transformers Need Registers"). It differs from
 * {@link Dinov2} in those, and in smoothing the position table where it makes it smaller.
 */
public final class Dinov2Registers extends VisionModel {
    static final Map<String, VisionTask> CLASSES = Map.of(
            "Dinov2WithRegistersModel", VisionTask.FEATURES,
            "Dinov2WithRegistersForImageClassification", VisionTask.CLASSIFICATION);

    static final WeightTable WEIGHTS = WeightTable.parse(
            Dinov2.ROWS
                    + """
            {base}.embeddings.register_tokens                  | registers.tokens                        | 1, registers, width
            """);

    /**
     * Sizes and choices of one DINOv2 with registers.
     *
     * @param dinov2 all but the registers
     * @param registers number of register tokens
     */
    record Config(Dinov2.Config dinov2, int registers) {
        Config {
            Check.that(registers >= 0, "num_register_tokens (%d) must not be negative", registers);
        }

        static Config fromJson(ConfigJson json) {
            Dinov2.Config dinov2 = Dinov2.Config.fromJson(json, 16).withMaskToken(); // has no key for it
            return new Config(dinov2, json.integer("num_register_tokens", 4));
        }
    }

    private final Config config;
    private final ImageEmbedding embedding;
    private final RegisterTokens registers;
    private final Encoder encoder;
    private final TokenNorm norm;

    private Dinov2Registers(Config config, VisionTask task) {
        super(config.dinov2().image(), task.scored(config.dinov2().labels()));
        this.config = config;
        embedding = part("embedding", config.dinov2().embedding(Interpolation.BICUBIC_ANTIALIAS));
        registers = part(
                "registers",
                new RegisterTokens(config.registers(), config.dinov2().encoder().width()));
        encoder = part("encoder", config.dinov2().scaledPreNormEncoder());
        norm = part("norm", config.dinov2().encoder().norm());
        addHead(config.dinov2().summaryWidth());
    }

    /** The model that a config.json describes, without weights yet. */
    static Dinov2Registers of(ConfigJson json, VisionTask task) {
        return new Dinov2Registers(Config.fromJson(json), task);
    }

    @Override
    public Features features(VisionInput input, Pass pass) {
        NDArray x = embedding.forward(input, pass); // [batch, 1 + patches, width]
        x = registers.forward(x, pass); // [batch, 1 + registers + patches, width]
        x = norm.forward(encoder.forward(x, pass), pass);
        pass.trace().record("last_hidden_state", x);
        NDArray classToken = x.get(":, 0"); // [batch, width]
        pass.trace().record("pooler_output", classToken);
        return new Features(x, classToken);
    }

    @Override
    NDArray summary(Features features) {
        return Dinov2.classAndMeanOfPatches(features.tokens(), 1 + config.registers());
    }

    @Override
    public int specialTokens() {
        return 1 + config.registers();
    }

    @Override
    public Readout readout() {
        return classifies() ? Readout.CLASS_TOKEN_AND_PATCHES : Readout.CLASS_TOKEN;
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public String basePrefix() {
        return "dinov2_with_registers";
    }

    @Override
    public Map<String, Long> sizes() {
        return config.dinov2().sizes().and("registers", config.registers()).asMap();
    }
}
