package io.vitrail.text;

import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * Mistral 7B (Jiang et al. 2023, section 2). It differs from {@link Llama} in that every layer may see the nearest
 * tokens only, a window of {@code sliding_window}: what is farther away comes through the layers, one window's width
 * each.
 */
final class Mistral {
    static final Map<String, TextTask> CLASSES = Llama.classes("Mistral");

    private static final String WINDOW = "sliding_window";

    private Mistral() {}

    /** The model of a config.json, for a task. */
    static Llama of(ConfigJson json, TextTask task) {
        Llama.Config config = Llama.Config.fromJson(json, new Llama.Defaults(32000, 14336, Optional.of(8), 131072));
        boolean none = json.keys().contains(WINDOW) && !json.has(WINDOW); // null
        AttentionMask mask = none ? AttentionMask.CAUSAL : new AttentionMask.Window(json.size(WINDOW, 4096));
        return new Llama(config.withMasks(Collections.nCopies(config.depth(), mask)), task);
    }
}
