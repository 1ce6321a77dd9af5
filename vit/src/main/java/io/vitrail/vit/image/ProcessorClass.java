package io.vitrail.vit.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
            """
            {"do_resize": true, "size": {"height": 224, "width": 224}, "resample": 2,
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
            NumberIs.SQUARE,
            NumberIs.SQUARE,
            Recipes::exact),
    DEIT(
            "DeiTImageProcessor",
            """
            {"do_resize": true, "size": {"height": 256, "width": 256}, "resample": 3,
             "do_center_crop": true, "crop_size": {"height": 224, "width": 224},
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
            NumberIs.SQUARE,
            NumberIs.SQUARE,
            Recipes::exactAndCrop),
    BEIT(
            "BeitImageProcessor",
            """
            {"do_resize": true, "size": {"height": 256, "width": 256}, "resample": 3,
             "do_center_crop": true, "crop_size": {"height": 224, "width": 224},
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
            NumberIs.SQUARE,
            NumberIs.SQUARE,
            Recipes::exactAndCrop),
    CLIP(
            "CLIPImageProcessor",
            """
            {"do_resize": true, "size": {"shortest_edge": 224}, "resample": 3,
             "do_center_crop": true, "crop_size": {"height": 224, "width": 224},
             "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}""",
            NumberIs.SHORTEST_EDGE,
            NumberIs.SHORTEST_EDGE,
            Recipes::edgeAndCrop),
    BIT(
            "BitImageProcessor",
            """
            {"do_resize": true, "size": {"shortest_edge": 224}, "resample": 3,
             "do_center_crop": true, "crop_size": {"height": 224, "width": 224},
             "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}""",
            NumberIs.SHORTEST_EDGE,
            NumberIs.SHORTEST_EDGE,
            Recipes::edgeAndCrop),
    BLIP(
            "BlipImageProcessor",
            """
            {"do_resize": true, "size": {"height": 384, "width": 384}, "resample": 3,
             "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}""",
            NumberIs.SQUARE,
            NumberIs.SHORTEST_EDGE,
            Recipes::exact),
    SIGLIP(
            "SiglipImageProcessor",
            """
            {"do_resize": true, "size": {"height": 224, "width": 224}, "resample": 3,
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
            NumberIs.SHORTEST_EDGE,
            NumberIs.SHORTEST_EDGE,
            Recipes::exact),
    CONVNEXT(
            "ConvNextImageProcessor",
            """
            {"do_resize": true, "size": {"shortest_edge": 384}, "crop_pct": 0.875, "resample": 2,
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
            NumberIs.SHORTEST_EDGE,
            NumberIs.SHORTEST_EDGE,
            Recipes::convNext),
    VILT(
            "ViltImageProcessor",
            """
            {"do_resize": true, "size": {"shortest_edge": 384}, "size_divisor": 32, "resample": 3, "do_pad": true,
             "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
            NumberIs.SHORTEST_EDGE,
            NumberIs.SHORTEST_EDGE,
            Recipes::vilt),
    /** Exists only as a fast processor: it works on PyTorch tensors, and rescales before it resizes. */
    DINOV3_VIT(
            "DINOv3ViTImageProcessor",
            """
            {"do_resize": true, "size": {"height": 224, "width": 224}, "resample": 2,
             "do_center_crop": null, "crop_size": null,
             "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}""",
            NumberIs.SQUARE,
            NumberIs.SQUARE,
            Recipes::dinov3);

    /** What a single number means as a size. */
    private enum NumberIs {
        SQUARE,
        SHORTEST_EDGE
    }

    private static final String COMMON =
            """
            {"do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true}""";

    private final String className;
    private final String defaults;
    private final NumberIs inFile;
    private final NumberIs inCall;
    private final Function<ProcessorSettings, Pipeline> recipe;

    ProcessorClass(
            String className,
            String defaults,
            NumberIs inFile,
            NumberIs inCall,
            Function<ProcessorSettings, Pipeline> recipe) {
        this.className = className;
        this.defaults = defaults;
        this.inFile = inFile;
        this.inCall = inCall;
        this.recipe = recipe;
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
                .filter(type -> type.className.equals(slow))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Image processor '" + name + "' is not supported; supported are " + names() + "."));
    }

    private static String names() {
        return Arrays.stream(values()).map(ProcessorClass::className).collect(Collectors.joining(", "));
    }

    /** The name as transformers writes it. */
    String className() {
        return this == DINOV3_VIT ? className + "Fast" : className;
    }

    ProcessorSettings defaults() {
        try {
            ObjectMapper mapper = new ObjectMapper();
            ObjectNode json = (ObjectNode) mapper.readTree(defaults);
            return new ProcessorSettings(json.setAll((ObjectNode) mapper.readTree(COMMON)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The settings of a file: what it says, and the defaults for what it doesn't. */
    ProcessorSettings read(JsonNode file) {
        ProcessorSettings settings = defaults().withFile(file, inFile == NumberIs.SQUARE);
        return this == CLIP ? settings.withSquareSizeIf(file) : settings;
    }

    boolean numberIsSquareInCall() {
        return inCall == NumberIs.SQUARE;
    }

    /** @throws IllegalArgumentException if a setting that is needed is missing or wrong */
    Pipeline pipeline(ProcessorSettings settings) {
        return recipe.apply(settings);
    }
}
