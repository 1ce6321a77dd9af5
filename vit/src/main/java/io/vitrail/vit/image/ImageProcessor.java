package io.vitrail.vit.image;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Turns pictures into the tensor that a checkpoint's model was trained on: resized, cropped, rescaled and normalised as
 * the checkpoint's preprocessor_config.json says, with the same values as transformers' (slow) image processors.
 *
 * <p>One difference is meant: transformers takes the rows of a picture of height 1 or 3 for its colours; here they stay
 * rows.
 *
 * <p>Immutable; any thread may use it.
 */
public final class ImageProcessor {
    private static final String FILE = "preprocessor_config.json";
    private static final String TYPE = "image_processor_type";
    private static final String OLD_TYPE = "feature_extractor_type";
    /** The class of files that name none, by the model_type of config.json. */
    private static final Map<String, String> BY_MODEL = Map.ofEntries(
            Map.entry("beit", "BeitImageProcessor"),
            Map.entry("blip", "BlipImageProcessor"),
            Map.entry("blip-2", "BlipImageProcessor"),
            Map.entry("clip", "CLIPImageProcessor"),
            Map.entry("convnext", "ConvNextImageProcessor"),
            Map.entry("convnextv2", "ConvNextImageProcessor"),
            Map.entry("deit", "DeiTImageProcessor"),
            Map.entry("dinov2", "BitImageProcessor"),
            Map.entry("dinov3_vit", "DINOv3ViTImageProcessorFast"),
            Map.entry("git", "CLIPImageProcessor"),
            Map.entry("idefics3", "Idefics3ImageProcessor"),
            Map.entry("siglip", "SiglipImageProcessor"),
            Map.entry("smolvlm", "SmolVLMImageProcessor"),
            Map.entry("swin", "ViTImageProcessor"),
            Map.entry("swinv2", "ViTImageProcessor"),
            Map.entry("vilt", "ViltImageProcessor"),
            Map.entry("vit", "ViTImageProcessor"),
            Map.entry("vit_mae", "ViTImageProcessor"),
            Map.entry("vit_msn", "ViTImageProcessor"));

    private final ProcessorClass type;
    private final ProcessorSettings settings;
    private final Pipeline pipeline;

    private ImageProcessor(ProcessorClass type, ProcessorSettings settings) {
        this.type = type;
        this.settings = settings;
        this.pipeline = type.pipeline(settings);
    }

    /**
     * The processor of a checkpoint's folder.
     *
     * @throws CheckpointException if the folder has no preprocessor_config.json, or one that isn't supported
     */
    public static ImageProcessor load(Path directory) {
        Path file = file(directory);
        JsonNode json = read(file);
        String name = json.path(TYPE).asText(json.path(OLD_TYPE).asText(""));
        return create(name.isEmpty() ? nameByModel(directory, file) : name, json, file);
    }

    /**
     * The processor of a checkpoint's folder, as the transformers class of this name reads the file, whichever class
     * the file names.
     *
     * @throws CheckpointException if the folder has no preprocessor_config.json, or one that isn't supported
     */
    public static ImageProcessor loadAs(String className, Path directory) {
        Path file = file(directory);
        return create(className, read(file), file);
    }

    /** A ViTImageProcessor with these settings: the simplest, for models of one's own. */
    public static ImageProcessor vit(int height, int width, Resampling filter, double[] mean, double[] deviation) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode();
        json.putObject("size").put("height", height).put("width", width);
        json.put("resample", filter.number());
        json.set("image_mean", mapper.valueToTree(mean));
        json.set("image_std", mapper.valueToTree(deviation));
        return new ImageProcessor(ProcessorClass.VIT, ProcessorClass.VIT.read(json));
    }

    /**
     * This processor with other settings, under the names of transformers' keyword arguments: {@code {"do_resize":
     * false}}.
     *
     * @throws IllegalArgumentException if the processor's class doesn't have the option, or not with this value
     */
    public ImageProcessor withOptions(JsonNode options) {
        boolean numberIsSquare = type.numberIsSquareInCall();
        return new ImageProcessor(type, settings.withOptions(options, numberIsSquare, type.className()));
    }

    /** This processor for pictures that have the model's size already: it only rescales and normalises them. */
    public ImageProcessor withoutResizing() {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        for (String step : List.of("do_resize", "do_center_crop", "do_pad")) {
            if (settings.json().has(step)) {
                options.put(step, false);
            }
        }
        return withOptions(options);
    }

    /**
     * Processes a batch, in several threads if it has several pictures.
     *
     * @param manager owns the tensors of the result
     * @throws IllegalArgumentException if the processed pictures differ in size and the processor doesn't pad
     */
    public ProcessedImages process(List<Image> images, NDManager manager) {
        try {
            return process(images.parallelStream(), manager);
        } catch (IllegalArgumentException e) { // from another thread it comes as the cause of a copy
            throw e.getCause() instanceof IllegalArgumentException original ? original : e;
        }
    }

    /**
     * Processes all pictures of a stream as one batch. Each is let go of before the next is taken: of pictures that are
     * decoded as the stream goes there is only one in memory, or one in each thread if the stream is parallel.
     *
     * @param manager owns the tensors of the result
     * @throws IllegalArgumentException if the processed pictures differ in size and the processor doesn't pad
     */
    public ProcessedImages process(Stream<Image> images, NDManager manager) {
        return PictureBatch.of(images, pipeline).toTensors(manager);
    }

    /** One processed picture: red, green, blue, each row by row. */
    public float[] pixels(Image image) {
        return pipeline.run(image).values();
    }

    /**
     * Whether the processor is of a kind that cuts pictures into tiles, if its settings say so. {@link
     * ProcessedImages#tilings} then tells how a picture became several.
     */
    public boolean canCutTiles() {
        return pipeline.canCutTiles();
    }

    /** Where the edges of a processed picture lie in one of this size; beyond its edges where a crop adds black. */
    public Box view(int height, int width) {
        return pipeline.view(height, width);
    }

    /**
     * Writes the folder's preprocessor_config.json, as transformers reads it.
     *
     * @throws IllegalArgumentException if this is timm's or open_clip's processing, which transformers reads from their
     *     own configs alone
     */
    public void save(Path directory) throws IOException {
        Check.that(
                type != ProcessorClass.TIMM,
                "transformers reads %s from no %s.%n  try:  copy the checkpoint's config.json or"
                        + " open_clip_config.json.",
                type.className(),
                FILE);
        Map<String, JsonNode> sorted = new TreeMap<>();
        settings.json().properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        sorted.put(TYPE, mapper.valueToTree(type.className()));
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(FILE), mapper.writeValueAsString(sorted) + "\n");
    }

    /** The class and its steps, in words. */
    @Override
    public String toString() {
        return type.className() + ": " + pipeline;
    }

    private static ImageProcessor create(String name, JsonNode json, Path file) {
        try {
            ProcessorClass type = ProcessorClass.of(name);
            if (name.endsWith("Fast") && !name.equals(type.className())) {
                type.defaults().checkNothingIsIgnored(json, name);
            }
            return new ImageProcessor(type, type.read(json));
        } catch (IllegalArgumentException e) {
            throw CheckpointException.of(e.getMessage(), file, "use a checkpoint whose processor is supported.", e);
        }
    }

    /** Newer checkpoints may keep all their processors in one file; timm's and open_clip's say it in their config. */
    private static Path file(Path directory) {
        return Stream.of(FILE, "processor_config.json")
                .map(directory::resolve)
                .filter(Files::exists)
                .findFirst()
                .or(() -> TimmSettings.file(directory))
                .orElse(directory.resolve(FILE));
    }

    private static JsonNode read(Path file) {
        JsonNode json = JsonFile.read(file);
        JsonNode nested = json.path("image_processor");
        return nested.isObject() ? nested : TimmSettings.translated(json, file).orElse(json);
    }

    private static String nameByModel(Path directory, Path file) {
        Path config = directory.resolve("config.json");
        String model = Files.exists(config) ? read(config).path("model_type").asText() : "";
        if (!BY_MODEL.containsKey(model)) {
            throw CheckpointException.of(
                    "The file names no image processor, and model_type '" + model + "' doesn't tell which.",
                    file,
                    "add the key '" + TYPE + "'.");
        }
        return BY_MODEL.get(model);
    }
}
