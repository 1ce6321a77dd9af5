package io.vitrail.vit.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How timm and open_clip prepare pictures for evaluation, in the terms of {@link ProcessorClass#TIMM}: what timm's
 * config.json says under {@code pretrained_cfg}, and open_clip_config.json under {@code preprocess_cfg}.
 */
final class TimmSettings {
    private static final String CONFIG = "config.json";
    private static final String PRETRAINED = "pretrained_cfg";
    private static final String PREPROCESS = "preprocess_cfg";
    private static final String SQUASH = "squash";
    private static final double CROP_SHARE = 0.875;

    private TimmSettings() {}

    /** The file of a checkpoint's folder that tells it, if there is one; timm's goes first, as its weights do. */
    static Optional<Path> file(Path directory) {
        return Stream.of(CONFIG, "open_clip_" + CONFIG)
                .map(directory::resolve)
                .filter(Files::exists)
                .filter(file -> isTranslated(JsonFile.read(file)))
                .findFirst();
    }

    private static boolean isTranslated(JsonNode config) {
        return config.hasNonNull(PRETRAINED) || config.hasNonNull(PREPROCESS);
    }

    /**
     * The settings that a config holds.
     *
     * @throws CheckpointException if they ask for what isn't supported
     */
    static Optional<JsonNode> translated(JsonNode json, Path file) {
        if (!isTranslated(json)) {
            return Optional.empty();
        }
        ConfigJson config = ConfigJson.of(json, file);
        try {
            ObjectNode settings = config.has(PRETRAINED)
                    ? ofTimm(config.section(PRETRAINED), json.get(PRETRAINED))
                    : ofOpenClip(config, json.get(PREPROCESS));
            return Optional.of(settings.put("image_processor_type", ProcessorClass.TIMM.className()));
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), file, "use a checkpoint whose pictures are prepared so.", e);
        }
    }

    /** The shorter edge, or both, become {@code size / crop_pct} pixels, rounded down; the middle of that is kept. */
    private static ObjectNode ofTimm(ConfigJson timm, JsonNode colours) {
        int[] input = timm.integers("input_size", 3, 224, 224); // channels, height, width
        Check.that(input.length == 3, "timm's 'input_size' must be channels, height and width.");
        int side = side(input[1], input[2]);
        double share = timm.number("crop_pct", CROP_SHARE);
        Check.that(share > 0, "timm's 'crop_pct' must be positive, not %s.", share);
        String mode = timm.text("crop_mode", "center");
        Check.that(
                mode.equals("center") || mode.equals(SQUASH),
                "timm's 'crop_mode' must be 'center' or 'squash', not '%s'.",
                mode);
        ObjectNode settings = settings(timm, size(mode, (int) Math.floor(side / share)), side);
        copyColours(colours, settings);
        return settings;
    }

    private static ObjectNode ofOpenClip(ConfigJson config, JsonNode colours) {
        ConfigJson openClip = config.section(PREPROCESS);
        int[] size = config.section("model_cfg").section("vision_cfg").pair("image_size", 224);
        int side = side(size[0], size[1]);
        String mode = openClip.text("resize_mode", "shortest");
        Check.that(
                mode.equals("shortest") || mode.equals(SQUASH),
                "open_clip's 'resize_mode' must be 'shortest' or 'squash', not '%s'.",
                mode);
        ObjectNode settings = settings(openClip, size(mode, side), side);
        ProcessorClass.CLIP.defaults().json().properties().stream()
                .filter(entry -> entry.getKey().startsWith("image_"))
                .forEach(entry -> settings.set(entry.getKey(), entry.getValue()));
        copyColours(colours, settings);
        return settings;
    }

    private static int side(int height, int width) {
        Check.that(height == width && height > 0, "Pictures must be square here, not %d x %d.", height, width);
        return height;
    }

    /** What is resized to. */
    private static SizeEntry size(String mode, int edge) {
        return new SizeEntry(
                mode.equals(SQUASH)
                        ? Map.of(SizeEntry.HEIGHT, edge, SizeEntry.WIDTH, edge)
                        : Map.of(SizeEntry.SHORTEST, edge));
    }

    private static ObjectNode settings(ConfigJson foreign, SizeEntry size, int crop) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        size.edges().forEach(settings.putObject("size")::put);
        settings.put("crop_size", crop);
        settings.put(
                "resample", filter(foreign.text("interpolation", "bicubic")).number());
        return settings;
    }

    private static void copyColours(JsonNode from, ObjectNode to) {
        copy(from, "mean", to, "image_mean");
        copy(from, "std", to, "image_std");
    }

    private static void copy(JsonNode from, String key, ObjectNode to, String name) {
        JsonNode value = from.path(key);
        if (!value.isMissingNode() && !value.isNull()) {
            to.set(name, value.size() == 1 ? value.get(0) : value);
        }
    }

    private static Resampling filter(String name) {
        return Stream.of(Resampling.values())
                .filter(filter -> filter.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'interpolation' '" + name + "' is not supported."));
    }
}
