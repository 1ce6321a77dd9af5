package io.vitrail.transformer.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Path;
import java.util.List;

/**
 * What adapter_config.json says of how an adapter's matrices are to be used. Which layers they change, their names tell.
 *
 * @param alpha of all layers but those of the pattern
 * @param rankStabilized see {@link LoraConfig}
 * @param fanInFanOut whether the changed weights are stored as [inputs, outputs]
 */
record PeftConfig(double alpha, AlphaPattern alphas, boolean rankStabilized, boolean fanInFanOut) {
    static final String FILE = "adapter_config.json";

    /** What changes the arithmetic, and isn't known here. */
    private static final List<String> UNKNOWN = List.of(
            "alora_invocation_tokens",
            "layer_replication",
            "megatron_config",
            "monteclora_config",
            "kasa_config",
            "target_parameters",
            "trainable_token_indices",
            "use_bdlora",
            "use_qalora",
            "velora_config",
            "arrow_config");

    /** @throws CheckpointException if it is missing, or asks for what isn't known */
    static PeftConfig read(Path folder) {
        Path file = folder.resolve(FILE);
        JsonNode json = JsonFile.read(file);
        ConfigJson config = ConfigJson.of(json, file);
        String kind = config.text("peft_type", "LORA");
        if (!kind.equals("LORA")) {
            throw CheckpointException.of(
                    "The adapter is of PEFT's type " + kind + "; known here is LORA.",
                    file,
                    "merge it in Python (merge_and_unload) and save the model.");
        }
        for (String key : UNKNOWN) {
            if (!config.isOff(key)) {
                throw CheckpointException.of(
                        "The adapter uses '" + key + "', which isn't known here.",
                        file,
                        "merge it in Python (merge_and_unload) and save the model.");
            }
        }
        return new PeftConfig(
                config.number("lora_alpha", 8),
                new AlphaPattern(json.path("alpha_pattern"), file),
                config.flag("use_rslora", false),
                config.flag("fan_in_fan_out", false));
    }

    double scaling(String module, int rank) {
        return LoraConfig.scaling(alphas.of(module).orElse(alpha), rank, rankStabilized);
    }
}
