package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import com.fasterxml.jackson.databind.JsonNode;

/** How a classifier's logits become probabilities. */
public enum ClassScores {
    /** One class is right: probabilities add up to 1. */
    SOFTMAX {
        @Override
        public NDArray probabilities(NDArray logits) {
            return logits.softmax(-1);
        }
    },
    /** Each class is right or not by itself. */
    SIGMOID {
        @Override
        public NDArray probabilities(NDArray logits) {
            return Activation.sigmoid(logits);
        }
    };

    /** As the reference's pipeline decides: by the config's problem_type, and sigmoid for a single class. */
    public static ClassScores of(JsonNode config, int classes) {
        boolean several = config.path("problem_type").asText("").equals("multi_label_classification");
        return several || classes == 1 ? SIGMOID : SOFTMAX;
    }

    /** [batch, labels] to the same. */
    public abstract NDArray probabilities(NDArray logits);
}
