package io.vitrail.vit.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
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
        return config.has(PRETRAINED) || config.has(PREPROCESS);
    }

    /**
     * The settings that a config holds.
     *
     * @throws CheckpointException if they ask for what isn't supported
     */
    static Optional<JsonNode> translated(JsonNode config, Path file) {
        if (!isTranslated(config)) {
            return Optional.empty();
        }
        try {
            ObjectNode settings = config.has(PRETRAINED) ? ofTimm(config.get(PRETRAINED)) : ofOpenClip(config);
            return Optional.of(settings.put("image_processor_type", ProcessorClass.TIMM.className()));
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), file, "use a checkpoint whose pictures are prepared so.", e);
        }
    }

    /** The shorter edge, or both, become {@code size / crop_pct} pixels, rounded down; the middle of that is kept. */
    private static ObjectNode ofTimm(JsonNode timm) {
        JsonNode input = timm.path("input_size"); // channels, height, width
        int side = input.isArray() ? side(input.path(1), input.path(2)) : 224;
        double share = timm.path("crop_pct").asDouble(CROP_SHARE);
        Check.that(share > 0, "timm's 'crop_pct' must be positive, not %s.", timm.get("crop_pct"));
        String mode = timm.path("crop_mode").asText("center");
        Check.that(
                mode.equals("center") || mode.equals("squash"),
                "timm's 'crop_mode' must be 'center' or 'squash', not '%s'.",
                mode);
        ObjectNode settings = settings(timm, (int) Math.floor(side / share), mode.equals("squash"));
        settings.put("crop_size", side);
        return settings;
    }

    private static ObjectNode ofOpenClip(JsonNode config) {
        JsonNode openClip = config.get(PREPROCESS);
        JsonNode size = config.path("model_cfg").path("vision_cfg").path("image_size");
        int side = size.isArray() ? side(size.path(0), size.path(1)) : side(size, size);
        String mode = openClip.path("resize_mode").asText("shortest");
        Check.that(
                mode.equals("shortest") || mode.equals("squash"),
                "open_clip's 'resize_mode' must be 'shortest' or 'squash', not '%s'.",
                mode);
        ObjectNode settings = settings(openClip, side, mode.equals("squash"));
        settings.put("crop_size", side);
        if (openClip.path("mean").isMissingNode()) {
            ProcessorClass.CLIP.defaults().json().properties().stream()
                    .filter(entry -> entry.getKey().startsWith("image_"))
                    .forEach(entry -> settings.set(entry.getKey(), entry.getValue()));
        }
        return settings;
    }

    private static int side(JsonNode height, JsonNode width) {
        Check.that(
                height.isInt() && height.equals(width) && height.intValue() > 0,
                "Pictures must be square here, not %s x %s.",
                height,
                width);
        return height.intValue();
    }

    private static ObjectNode settings(JsonNode foreign, int edge, boolean bothEdges) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        ObjectNode size = settings.putObject("size");
        if (bothEdges) {
            size.put(SizeEntry.HEIGHT, edge).put(SizeEntry.WIDTH, edge);
        } else {
            size.put(SizeEntry.SHORTEST, edge);
        }
        settings.put(
                "resample",
                filter(foreign.path("interpolation").asText("bicubic")).number());
        copy(foreign, "mean", settings, "image_mean");
        copy(foreign, "std", settings, "image_std");
        return settings;
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
