package io.vitrail.text.generation;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A way of writing that the reference has, or had, and this library lacks.
 *
 * @param name what it is called
 * @param effective whether it comes about when its key is there
 * @param instead the setting that leaves it out
 */
record MissingMode(String name, Predicate<GenerationOptions> effective, String instead) {
    private static final String NEVER = "unsupported(Map.of())";

    private static final Map<String, MissingMode> BY_KEY = new TreeMap<>();

    static {
        Predicate<GenerationOptions> oneRow = options -> options.beams() == 1;
        Predicate<GenerationOptions> likeliest = options -> !options.sample() && options.topK() > 1;
        BY_KEY.put(
                "penalty_alpha",
                new MissingMode(
                        "contrastive search", oneRow.and(likeliest), "sample(true), beams(2), topK(0) or " + NEVER));
        BY_KEY.put("dola_layers", new MissingMode("DoLa", oneRow, "beams(2) or " + NEVER));
        BY_KEY.put(
                "num_beam_groups", new MissingMode("beam search in groups", oneRow.negate(), "beams(1) or " + NEVER));
        putAlways("constraints", "beam search with constraints");
        putAlways("force_words_ids", "beam search with constraints");
        putAlways("guidance_scale", "guidance without a classifier");
        putAlways("watermarking_config", "a watermark");
        putAlways("token_healing", "token healing");
        putAlways("max_time", "a limit of time");
    }

    private static void putAlways(String key, String name) {
        BY_KEY.put(key, new MissingMode(name, options -> true, NEVER));
    }

    /** The keys that may ask for one. */
    static Set<String> keys() {
        return BY_KEY.keySet();
    }

    /**
     * What is asked for, values by key.
     *
     * @param said the keys that count
     * @param before what was asked for before
     */
    static Map<String, String> asked(ConfigJson json, Set<String> said, Map<String, String> before) {
        Map<String, String> asked = new HashMap<>(before);
        keys().stream().filter(said::contains).forEach(key -> {
            asked.remove(key);
            if (!isOff(json, key)) {
                asked.put(key, json.value(key).toString());
            }
        });
        return asked;
    }

    private static boolean isOff(ConfigJson json, String key) {
        return switch (key) {
            case "num_beam_groups" -> json.integer(key, 1) == 1;
            case "guidance_scale" -> json.number(key, 1) == 1;
            default -> json.isOff(key);
        };
    }

    /** @throws IllegalArgumentException if the options ask for one, and leave it its effect */
    static void refuse(GenerationOptions options) {
        new TreeMap<>(options.unsupported()).forEach((key, value) -> {
            MissingMode mode = BY_KEY.get(key);
            Check.that(
                    !mode.effective().test(options),
                    "%s = %s asks for %s, which isn't supported.%n  try:  %s.",
                    key,
                    value,
                    mode.name(),
                    mode.instead());
        });
    }
}
