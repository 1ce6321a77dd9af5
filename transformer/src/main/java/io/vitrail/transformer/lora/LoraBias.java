package io.vitrail.transformer.lora;

import java.util.Locale;

/** Which biases are trained together with low-rank changes; PEFT's {@code bias}. */
public enum LoraBias {
    /** None. */
    NONE,
    /** Those of all layers. */
    ALL,
    /** Those of the layers that are changed. */
    LORA_ONLY;

    /** As adapter_config.json has it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
