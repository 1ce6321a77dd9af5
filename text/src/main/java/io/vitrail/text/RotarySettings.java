package io.vitrail.text;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.RotaryPositions;
import io.vitrail.transformer.RotaryScaling;
import io.vitrail.transformer.weights.ConfigJson;

/** What a config.json says about rotary positions: {@code rope_theta} and {@code rope_scaling}. */
final class RotarySettings {
    private final ConfigJson json;
    private final ConfigJson scaling;
    private final int maxLength;

    private RotarySettings(ConfigJson json, int maxLength) {
        this.json = json;
        this.maxLength = maxLength;
        scaling = json.section("rope_scaling");
    }

    /** @param maxLength the config's longest text, which no rotation needs but some scalings count from */
    static RotaryPositions of(ConfigJson json, int headWidth, int maxLength) {
        Check.that(
                json.number("partial_rotary_factor", 1) == 1,
                "config.json: partial_rotary_factor isn't supported: whole heads are turned.");
        RotarySettings settings = new RotarySettings(json, maxLength);
        return new RotaryPositions(headWidth, json.number("rope_theta", 10000), settings.scaling());
    }

    private RotaryScaling scaling() {
        if (!json.has("rope_scaling")) {
            return RotaryScaling.NONE;
        }
        String type = scaling.text("type").or(() -> scaling.text("rope_type")).orElse("");
        return switch (type) {
            case "default" -> RotaryScaling.NONE;
            case "linear" -> new RotaryScaling.Linear(required("factor"));
            case "dynamic" -> new RotaryScaling.Dynamic(required("factor"), maxLength);
            case "llama3" ->
                new RotaryScaling.Llama3(
                        required("factor"), required("low_freq_factor"), required("high_freq_factor"), (long)
                                required("original_max_position_embeddings"));
            case "yarn" -> yarn();
            case "longrope" -> longRope();
            default ->
                throw new IllegalArgumentException("config.json: rope_scaling of type '" + type
                        + "' is not supported; supported: default, linear, dynamic, llama3, yarn, longrope.");
        };
    }

    private double required(String key) {
        Check.that(scaling.has(key), "config.json: rope_scaling needs '%s'.", key);
        return scaling.number(key, 0);
    }

    private RotaryScaling yarn() {
        double factor = required("factor");
        double ofScores = scaling.number("mscale", 0);
        double ofAll = scaling.number("mscale_all_dim", 0);
        double amplitude = ofScores != 0 && ofAll != 0
                ? amplitude(factor, ofScores) / amplitude(factor, ofAll)
                : amplitude(factor, 1);
        return new RotaryScaling.Yarn(
                factor,
                (float) scaling.number("attention_factor", amplitude),
                otherThanZero("beta_fast", 32),
                otherThanZero("beta_slow", 1),
                (long) otherThanZero("original_max_position_embeddings", maxLength),
                scaling.flag("truncate", true));
    }

    /** Peng et al. 2023, equation 15. */
    private static double amplitude(double factor, double share) {
        return factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;
    }

    private double otherThanZero(String key, double otherwise) {
        double value = scaling.number(key, otherwise);
        return value == 0 ? otherwise : value;
    }

    private RotaryScaling longRope() {
        int trained = json.size("original_max_position_embeddings", maxLength);
        boolean known = json.has("original_max_position_embeddings");
        float amplitude = scaling.has("attention_factor")
                ? (float) scaling.number("attention_factor", 1)
                : longAmplitude(known ? (double) maxLength / trained : required("factor"), trained);
        return new RotaryScaling.LongRope(
                scaling.numbers("short_factor"), scaling.numbers("long_factor"), amplitude, trained);
    }

    /** Ding et al. 2024, as the reference has it. */
    private static float longAmplitude(double factor, int trained) {
        return factor <= 1 ? 1 : (float) Math.sqrt(1 + Math.log(factor) / Math.log(trained));
    }
}
