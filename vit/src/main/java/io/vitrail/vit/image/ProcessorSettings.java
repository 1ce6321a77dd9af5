package io.vitrail.vit.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The settings of a processor under the names of transformers' preprocessor_config.json: a class's defaults, under what
 * its file says, under what the caller says. The only place that reads them.
 */
record ProcessorSettings(ObjectNode json) {
    private static final String SIZE = "size";
    private static final String CROP_SIZE = "crop_size";
    private static final String RESAMPLE = "resample";
    private static final String DO_PAD = "do_pad";
    private static final String TILE_SIZE = "max_image_size";
    /** Every fast processor can do these, slow ones only where they are among their settings. */
    private static final List<String> FAST_STEPS = List.of("do_center_crop", DO_PAD);
    /** Where a file says null for these, the class's default counts; other settings are then off or missing. */
    private static final Set<String> DEFAULTED =
            Set.of(SIZE, CROP_SIZE, TILE_SIZE, "image_mean", "image_std", "crop_pct");
    /** Options without effect on pictures that are RGB already, and on tensors that are channels-first always. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("do_convert_rgb", "do_reduce_labels", "return_tensors");

    /**
     * These settings under those of a file. Settings that the class doesn't have are left out, as transformers does.
     */
    ProcessorSettings withFile(JsonNode file, boolean numberIsSquare) {
        ObjectNode merged = json.deepCopy();
        file.properties().forEach(entry -> {
            String key = entry.getKey().equals("pad_and_return_pixel_mask") ? DO_PAD : entry.getKey();
            boolean wanted = !entry.getValue().isNull() || !DEFAULTED.contains(key);
            if (json.has(key) && wanted) {
                merged.set(key, normalised(key, entry.getValue(), numberIsSquare));
            }
        });
        return new ProcessorSettings(merged);
    }

    /** CLIP's "use_square_size": the shortest edge is meant as height and width. */
    ProcessorSettings withSquareSizeIf(JsonNode file) {
        if (!file.path("use_square_size").asBoolean(false)) {
            return this;
        }
        int edge = size().edge(SizeEntry.SHORTEST);
        ObjectNode square = json.deepCopy();
        square.putObject(SIZE).put(SizeEntry.HEIGHT, edge).put(SizeEntry.WIDTH, edge);
        return new ProcessorSettings(square);
    }

    /** Refuses what a fast processor does for a file, but this class, which stands for it, wouldn't. */
    void checkNothingIsIgnored(JsonNode file, String name) {
        for (String step : FAST_STEPS) {
            Check.that(json.has(step) || !file.path(step).asBoolean(false), "'%s' of %s is not supported.", step, name);
        }
    }

    /** These settings under those of a call. */
    ProcessorSettings withOptions(JsonNode options, boolean numberIsSquare, String className) {
        Check.that(options.isObject(), "Options must be a JSON object, not %s.", options);
        ObjectNode merged = json.deepCopy();
        options.properties().forEach(entry -> {
            String key = entry.getKey();
            checkOption(key, entry.getValue(), className);
            if (json.has(key) && !entry.getValue().isNull()) {
                merged.set(key, normalised(key, entry.getValue(), numberIsSquare));
            }
        });
        return new ProcessorSettings(merged);
    }

    private void checkOption(String key, JsonNode value, String className) {
        boolean layout = key.equals("data_format") && value.asText().equals("channels_first")
                || key.equals("input_data_format") && value.asText().equals("channels_last");
        Check.that(
                json.has(key) || layout || WITHOUT_EFFECT.contains(key) || value.isNull(),
                "%s has no option '%s' with value %s; it has %s.",
                className,
                key,
                value,
                String.join(", ", (Iterable<String>) json::fieldNames));
    }

    /** Sizes become named edges, so that what a number means is decided where it was said. */
    private static JsonNode normalised(String key, JsonNode value, boolean numberIsSquare) {
        if (value.isNull() || !key.equals(SIZE) && !key.equals(CROP_SIZE)) {
            return value;
        }
        SizeEntry size = SizeEntry.read(key, value, numberIsSquare || key.equals(CROP_SIZE));
        ObjectNode named = JsonNodeFactory.instance.objectNode();
        size.edges().forEach(named::put);
        return named;
    }

    /** How pictures are resized, by the rule that a size stands for; not at all if the settings say so. */
    Resize resize(Function<SizeEntry, SizeRule> rule, ResizeArithmetic arithmetic) {
        return flag("do_resize") ? new Resize(rule.apply(size()), filter(), arithmetic) : Resize.NONE;
    }

    Resampling filter() {
        return Resampling.of(whole(RESAMPLE));
    }

    /** The side of Idefics3's tiles. */
    int tileSide() {
        return SizeEntry.read(TILE_SIZE, present(TILE_SIZE), true).edge(SizeEntry.LONGEST);
    }

    boolean doCutTiles() {
        return flag("do_image_splitting");
    }

    SizeEntry size() {
        return SizeEntry.read(SIZE, json.get(SIZE), true);
    }

    Optional<CentreCrop> crop(CentreCrop.Surplus surplus) {
        if (!flag("do_center_crop")) {
            return Optional.empty();
        }
        SizeEntry size = SizeEntry.read(CROP_SIZE, present(CROP_SIZE), true);
        return Optional.of(new CentreCrop(size.height(), size.width(), surplus));
    }

    /** The share of ConvNeXt's resized picture that its crop keeps. */
    double cropShare() {
        return number("crop_pct");
    }

    boolean doRescale() {
        return flag("do_rescale");
    }

    double rescaleFactor() {
        return number("rescale_factor");
    }

    boolean doNormalise() {
        return flag("do_normalize");
    }

    Normalisation normalisation() {
        double[] deviation = perChannel("image_std");
        for (double value : deviation) {
            Check.that(value != 0, "'image_std' must not hold 0.");
        }
        return new Normalisation(perChannel("image_mean"), deviation);
    }

    int sizeDivisor() {
        int divisor = whole("size_divisor");
        Check.that(divisor > 0, "'size_divisor' must be positive, not %d.", divisor);
        return divisor;
    }

    boolean doPad() {
        return flag(DO_PAD);
    }

    private boolean flag(String key) {
        JsonNode value = json.path(key);
        Check.that(value.isBoolean() || value.isNull(), "'%s' must be true or false, not %s.", key, value);
        return value.asBoolean();
    }

    private JsonNode present(String key) {
        JsonNode value = json.path(key);
        Check.that(!value.isNull() && !value.isMissingNode(), "'%s' must be specified.", key);
        return value;
    }

    private double number(String key) {
        JsonNode value = present(key);
        Check.that(value.isNumber(), "'%s' must be a number, not %s.", key, value);
        return value.doubleValue();
    }

    private int whole(String key) {
        JsonNode value = present(key);
        Check.that(value.canConvertToInt() && value.isNumber(), "'%s' must be a whole number, not %s.", key, value);
        return value.intValue();
    }

    private double[] perChannel(String key) {
        JsonNode value = present(key);
        double[] channels = new double[Planes.CHANNELS];
        Check.that(
                value.isNumber() || value.isArray() && value.size() == channels.length,
                "'%s' must be a number or %d numbers, not %s.",
                key,
                channels.length,
                value);
        for (int c = 0; c < channels.length; c++) {
            JsonNode number = value.isArray() ? value.get(c) : value;
            Check.that(number.isNumber(), "'%s' must hold numbers, not %s.", key, number);
            channels[c] = number.doubleValue();
        }
        return channels;
    }
}
