package io.vitrail.text;

import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Qwen2 (Yang et al. 2024, "Qwen2 Technical Report", section 2.2.1). It differs from {@link Llama} in the biases of
 * queries, keys and values, which Su (2023) found to help with texts longer than those of the training, and in windows:
 * higher layers may see the nearest tokens only, since what is farther away has come through the layers below.
 */
final class Qwen2 {
    static final Map<String, TextTask> CLASSES = Llama.classes("Qwen2");

    private static final String WINDOW = "sliding_attention";
    private static final String EVERYTHING = "full_attention";

    private Qwen2() {}

    /** The model of a config.json, for a task. */
    static Llama of(ConfigJson json, TextTask task) {
        Llama.Config config = Llama.Config.fromJson(json, new Llama.Defaults(151936, 22016, Optional.of(32), 32768));
        return new Llama(
                config.withBiases(Bias.PRESENT, Bias.ABSENT, Bias.ABSENT).withMasks(masks(json, config.depth())), task);
    }

    /**
     * What each layer hides: what {@code layer_types} says or, without it, a window from {@code max_window_layers} on.
     */
    private static List<AttentionMask> masks(ConfigJson json, int depth) {
        Optional<AttentionMask> window = window(json);
        List<String> types = json.texts("layer_types");
        if (!json.has("layer_types")) {
            int full = window.isPresent() ? json.integer("max_window_layers", 28) : depth;
            types = IntStream.range(0, depth)
                    .mapToObj(layer -> layer < full ? EVERYTHING : WINDOW)
                    .toList();
        }
        Check.that(types.size() == depth, "config.json: layer_types has %d of %d layers.", types.size(), depth);
        return types.stream().map(type -> mask(type, window)).toList();
    }

    private static Optional<AttentionMask> window(ConfigJson json) {
        boolean used = json.flag("use_sliding_window", false);
        boolean none = json.keys().contains("sliding_window") && !json.has("sliding_window"); // null
        return used && !none
                ? Optional.of(new AttentionMask.Window(json.size("sliding_window", 4096)))
                : Optional.empty();
    }

    private static AttentionMask mask(String type, Optional<AttentionMask> window) {
        return switch (type) {
            case EVERYTHING -> AttentionMask.CAUSAL;
            case WINDOW ->
                window.orElseThrow(() -> new IllegalArgumentException("config.json: layer_types has '" + WINDOW
                        + "', but sliding_window gives no window, or use_sliding_window is off."));
            default ->
                throw new IllegalArgumentException("config.json: layer type '" + type
                        + "' is not supported; supported: " + EVERYTHING + ", " + WINDOW + ".");
        };
    }
}
