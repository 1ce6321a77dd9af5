package io.vitrail.vit.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * transformers' image processors (version 4.57, the slow ones, which resize with Pillow): the defaults of each and its
 * recipe. What is no default here is no setting of the class.
 */
enum ProcessorClass {
    VIT(
            "ViTImageProcessor",
            NumberIs.SQUARE,
            Recipes::exact,
            Defaults.HALF,
            "size: {height: 224, width: 224}, resample: 2"),
    DEIT("DeiTImageProcessor", NumberIs.SQUARE, Recipes::exactAndCrop, Defaults.HALF, Defaults.EXACT_AND_CROP),
    BEIT("BeitImageProcessor", NumberIs.SQUARE, Recipes::exactAndCrop, Defaults.HALF, Defaults.EXACT_AND_CROP),
    CLIP("CLIPImageProcessor", NumberIs.SHORTEST_EDGE, Recipes::edgeAndCrop, Defaults.OPENAI, Defaults.EDGE_AND_CROP),
    BIT("BitImageProcessor", NumberIs.SHORTEST_EDGE, Recipes::edgeAndCrop, Defaults.OPENAI, Defaults.EDGE_AND_CROP),
    BLIP(
            "BlipImageProcessor",
            NumberIs.SQUARE,
            Recipes::exact,
            Defaults.OPENAI,
            "size: {height: 384, width: 384}, resample: 3"),
    SIGLIP(
            "SiglipImageProcessor",
            NumberIs.SHORTEST_EDGE,
            Recipes::exact,
            Defaults.HALF,
            "size: {height: 224, width: 224}, resample: 3"),
    CONVNEXT(
            "ConvNextImageProcessor",
            NumberIs.SHORTEST_EDGE,
            Recipes::convNext,
            Defaults.HALF,
            "size: {shortest_edge: 384}, crop_pct: 0.875, resample: 2"),
    /** The transforms of timm and open_clip, as {@link TimmSettings} reads them: torchvision's on Pillow's pictures. */
    TIMM(
            "TimmWrapperImageProcessor",
            NumberIs.SHORTEST_EDGE,
            Recipes::edgeAndCropEvenly,
            Defaults.IMAGENET,
            Defaults.EDGE_AND_CROP),
    VILT(
            "ViltImageProcessor",
            NumberIs.SHORTEST_EDGE,
            Recipes::vilt,
            Defaults.HALF,
            "size: {shortest_edge: 384}, size_divisor: 32, resample: 3, do_pad: true"),
    IDEFICS3("Idefics3ImageProcessor", NumberIs.SQUARE, Recipes::idefics3, Defaults.HALF, Defaults.TILES),
    SMOLVLM("SmolVLMImageProcessor", NumberIs.SQUARE, Recipes::idefics3, Defaults.HALF, Defaults.TILES),
    /** Exists only as a fast processor: it works on PyTorch tensors, and rescales before it resizes. */
    DINOV3_VIT(
            "DINOv3ViTImageProcessorFast",
            NumberIs.SQUARE,
            Recipes::dinov3,
            Defaults.IMAGENET,
            "size: {height: 224, width: 224}, resample: 2, do_center_crop: null, crop_size: null");

    /** What a single number means as a size. */
    private enum NumberIs {
        SQUARE,
        SHORTEST_EDGE
    }

    /** Defaults that several classes have; names without quotation marks. */
    private static final class Defaults {
        static final String OF_ALL =
                "do_resize: true, do_rescale: true, rescale_factor: 0.00392156862745098, do_normalize: true";
        static final String HALF = "image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5]";
        static final String IMAGENET = "image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225]";
        static final String OPENAI =
                "image_mean: [0.48145466, 0.4578275, 0.40821073], image_std: [0.26862954, 0.26130258, 0.27577711]";
        static final String CROP = ", resample: 3, do_center_crop: true, crop_size: {height: 224, width: 224}";
        static final String EXACT_AND_CROP = "size: {height: 256, width: 256}" + CROP;
        static final String EDGE_AND_CROP = "size: {shortest_edge: 224}" + CROP;
        static final String TILES = "size: {longest_edge: 1456}, max_image_size: {longest_edge: 364}, resample: 1,"
                + " do_image_splitting: true, do_pad: true";
    }

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build();

    private final String className;
    private final NumberIs numberIs;
    private final Function<ProcessorSettings, Pipeline> recipe;
    private final String defaults;

    ProcessorClass(
            String className, NumberIs numberIs, Function<ProcessorSettings, Pipeline> recipe, String... defaults) {
        this.className = className;
        this.numberIs = numberIs;
        this.recipe = recipe;
        this.defaults = "{" + Defaults.OF_ALL + ", " + String.join(", ", defaults) + "}";
    }

    /**
     * The class of a transformers name. Fast processors and the feature extractors of old are the class that they stand
     * for.
     *
     * @throws IllegalArgumentException if the class isn't supported
     */
    static ProcessorClass of(String name) {
        String slow = name.replace("FeatureExtractor", "ImageProcessor").replaceFirst("Fast$", "");
        return Arrays.stream(values())
                .filter(type -> type.className.equals(slow) || type.className.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Image processor '" + name + "' is not supported; supported are " + names() + "."));
    }

    private static String names() {
        return Arrays.stream(values()).map(ProcessorClass::className).collect(Collectors.joining(", "));
    }

    /** The name as transformers writes it. */
    String className() {
        return className;
    }

    ProcessorSettings defaults() {
        try {
            return new ProcessorSettings((ObjectNode) JSON.readTree(defaults));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The settings of a file: what it says, and the defaults for what it doesn't. */
    ProcessorSettings read(JsonNode file) {
        ProcessorSettings settings = defaults().withFile(file, numberIs == NumberIs.SQUARE);
        return this == CLIP ? settings.withSquareSizeIf(file) : settings;
    }

    /** BLIP's processor takes a number for the shortest edge in a call, and for a square in its file. */
    boolean numberIsSquareInCall() {
        return numberIs == NumberIs.SQUARE && this != BLIP;
    }

    /** @throws IllegalArgumentException if a setting that is needed is missing or wrong */
    Pipeline pipeline(ProcessorSettings settings) {
        return recipe.apply(settings);
    }
}
