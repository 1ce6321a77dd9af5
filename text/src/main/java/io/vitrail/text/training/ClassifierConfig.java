package io.vitrail.text.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.tokenizer.SpecialTokens;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
import java.util.OptionalLong;

/** The config.json of a checkpoint that becomes a classifier of texts. */
final class ClassifierConfig {
    private static final String PADDING = "pad_token_id";

    private ClassifierConfig() {}

    /** @throws IllegalArgumentException if the model type has no class for classifying texts */
    static ObjectNode of(Checkpoint checkpoint, LabelledTexts.Kind kind, List<String> labels) {
        ObjectNode config = checkpoint.config().deepCopy();
        String name = TextModels.className(ConfigJson.of(checkpoint), TextTask.SEQUENCE_CLASSIFICATION);
        config.putArray("architectures").add(name);
        config.put("problem_type", kind.problem());
        config.remove("num_labels");
        ObjectNode names = config.putObject("id2label");
        ObjectNode numbers = config.putObject("label2id");
        for (int i = 0; i < labels.size(); i++) {
            names.put(Integer.toString(i), labels.get(i));
            numbers.put(labels.get(i), i);
        }
        if (!config.hasNonNull(PADDING)) {
            padding(checkpoint).ifPresent(id -> config.put(PADDING, id));
        }
        return inFloat32(config);
    }

    /** What a decoder must know, which reads the last token that isn't padding. */
    private static OptionalLong padding(Checkpoint checkpoint) {
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint.folder())) {
            SpecialTokens special = tokenizer.specialTokens();
            return special.id("pad").isPresent() ? special.id("pad") : special.id("eos");
        }
    }

    /** As the weights are stored. */
    static ObjectNode inFloat32(ObjectNode config) {
        for (String key : List.of("torch_dtype", "dtype")) {
            if (config.has(key)) {
                config.put(key, "float32");
            }
        }
        return config;
    }
}
