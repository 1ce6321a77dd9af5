package io.vitrail.transformer.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What adapter_config.json says of how an adapter's matrices are to be used. Which layers they change, their names tell.
 *
 * @param alpha of all layers but those of the pattern
 * @param rankStabilized see {@link LoraConfig}
 * @param fanInFanOut whether changed weights are stored as [inputs, outputs]
 * @param dora whether rows' lengths are learned apart
 */
record PeftConfig(double alpha, AlphaPattern alphas, boolean rankStabilized, boolean fanInFanOut, boolean dora) {
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

    /** Values of {@code init_lora_weights} by which PEFT takes a part of the weights away when it loads the adapter. */
    private static final Pattern CHANGE_THE_BASE = Pattern.compile("(?i)(pissa|corda|olora|loftq|lora_ga).*");

    /** @throws CheckpointException if it is missing, or asks for what isn't known */
    static PeftConfig read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            Path inside = folder.resolve("adapter"); // where a fine-tuned checkpoint has one
            boolean there = Files.exists(inside.resolve(FILE));
            throw CheckpointException.of(
                    "There is no adapter in this folder.",
                    file,
                    there ? inside.toString() : "the folder of a PEFT adapter.");
        }
        JsonNode json = JsonFile.read(file);
        ConfigJson config = ConfigJson.of(json, file);
        String kind = config.text("peft_type", "LORA");
        if (!kind.equals("LORA")) {
            throw unknown("is of PEFT's type " + kind + "; known here is LORA.", file);
        }
        for (String key : UNKNOWN) {
            if (!config.isOff(key)) {
                throw unknown("uses '" + key + "', which isn't known here.", file);
            }
        }
        JsonNode start = json.path("init_lora_weights");
        if (start.isTextual() && CHANGE_THE_BASE.matcher(start.textValue()).matches()) {
            throw unknown(
                    "was begun by '" + start.textValue() + "', which changes the model's own weights, too.", file);
        }
        return new PeftConfig(
                config.number("lora_alpha", 8),
                new AlphaPattern(json.path("alpha_pattern"), file),
                config.flag("use_rslora", false),
                config.flag("fan_in_fan_out", false),
                config.flag("use_dora", false));
    }

    private static CheckpointException unknown(String what, Path file) {
        return CheckpointException.of(
                "The adapter " + what, file, "merge it in Python (merge_and_unload) and save the model.");
    }

    double scaling(String module, int rank) {
        return LoraConfig.scaling(alphas.of(module).orElse(alpha), rank, rankStabilized);
    }
}
