package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ImageProcessorTest {
    private static final double[] HALF = {0.5, 0.5, 0.5};

    @TempDir
    private Path folder;

    static List<Golden> goldens() {
        return Golden.all("image_processors");
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void tensorsEqualTheReference(Golden golden) {
        ImageProcessor processor = ImageProcessor.loadAs(
                        golden.call().get("class").asText(), golden.folder())
                .withOptions(golden.options());
        List<Image> images = golden.pictures().stream().map(Image::fromFile).toList();
        try (NDManager manager = NDManager.newBaseManager();
                ProcessedImages processed = processor.process(images, manager)) {
            DataType type = golden.isBytes("pixel_values") ? DataType.UINT8 : DataType.FLOAT32;
            assertThat(processed.pixelValues().getDataType()).isEqualTo(type);
            int step = golden.call().path("subsample").asInt(1);
            float[] pixels = every(step, processed.pixelValues());
            assertThat(pixels).containsExactly(golden.expected("pixel_values"), within((float) golden.tolerance()));
            assertThat(processed.pixelMask().isPresent()).isEqualTo(golden.has("pixel_mask"));
            if (golden.has("pixel_mask")) {
                assertThat(every(step, processed.pixelMask().get())).isEqualTo(golden.expected("pixel_mask"));
            }
        }
    }

    /** The golden files of large outputs hold every n-th row and column only. */
    private static float[] every(int step, NDArray tensor) {
        NDArray numbers = tensor.toType(DataType.FLOAT32, false);
        return numbers.get("..., ::" + step + ", ::" + step).toFloatArray();
    }

    @Test
    void aBatchEqualsItsPictures() {
        ImageProcessor processor = ImageProcessor.vit(9, 7, Resampling.BICUBIC, HALF, HALF);
        Image first = new ImageFixture(31, 20).image();
        Image second = new ImageFixture(12, 25).image();
        try (NDManager manager = NDManager.newBaseManager();
                ProcessedImages batch = processor.process(List.of(first, second), manager)) {
            assertThat(batch.pixelValues().getShape()).isEqualTo(new Shape(2, 3, 9, 7));
            assertThat(batch.pixelValues().get(0).toFloatArray()).isEqualTo(processor.pixels(first));
            assertThat(batch.pixelValues().get(1).toFloatArray()).isEqualTo(processor.pixels(second));
        }
    }

    @Test
    void closingTheResultFreesItsTensors() throws IOException {
        ImageProcessor processor = load("{'image_processor_type': 'ViltImageProcessor', 'size': 32}");
        try (NDManager manager = NDManager.newBaseManager()) {
            ProcessedImages processed = processor.process(List.of(new ImageFixture(40, 50).image()), manager);
            assertThat(manager.getManagedArrays()).hasSize(2);
            processed.close();
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    @Test
    void valuesAreThoseOfTheFormula() {
        ImageProcessor processor = ImageProcessor.vit(1, 1, Resampling.NEAREST, new double[] {0.1, 0.2, 0.3}, HALF);
        Image grey = Image.fromPixels(new byte[] {0, (byte) 255, 51}, 1, 1);
        assertThat(processor.pixels(grey)).containsExactly(new float[] {-0.2f, 1.6f, -0.2f}, within(1e-6f));
    }

    @Test
    void picturesThatDifferInSizeMakeNoBatch() throws IOException {
        ImageProcessor processor = load("{'image_processor_type': 'ViTImageProcessor', 'do_resize': false}");
        List<Image> images = List.of(new ImageFixture(4, 5).image(), new ImageFixture(6, 5).image());
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThatThrownBy(() -> processor.process(images, manager))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("5 x 4 and 5 x 6 (height x width)");
            assertThatThrownBy(() -> processor.process(List.of(), manager))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("There is no picture to process.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "feature_extractor_type, ViTFeatureExtractor, ViTImageProcessor",
        "image_processor_type, ViTFeatureExtractor, ViTImageProcessor",
        "image_processor_type, CLIPImageProcessorFast, CLIPImageProcessor",
        "image_processor_type, DINOv3ViTImageProcessorFast, DINOv3ViTImageProcessorFast",
    })
    void oldAndFastNamesAreTheirClass(String key, String type, String className) throws IOException {
        assertThat(load("{'" + key + "': '" + type + "'}").toString()).startsWith(className + ": ");
    }

    @Test
    void aFileWithoutTypeIsReadByTheModelsType() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"swin\"}");
        assertThat(load("{'size': 224}").toString()).startsWith("ViTImageProcessor: resize to 224 x 224 (bilinear)");
    }

    @Test
    void settingsMayLieAmongThoseOfOtherProcessors() throws IOException {
        Files.writeString(
                folder.resolve("processor_config.json"),
                "{\"image_processor\": {\"image_processor_type\": \"BlipImageProcessor\", \"size\": 30}}");
        assertThat(ImageProcessor.load(folder).toString())
                .startsWith("BlipImageProcessor: resize to 30 x 30 (bicubic)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ViTImageProcessor      | 20             | resize to 20 x 20 (bilinear)",
                "ViTImageProcessor      | [20, 30]       | resize to 20 x 30 (bilinear)",
                "CLIPImageProcessor     | 20             | resize to shortest edge 20 (bicubic), centre crop 224 x 224",
                "BitImageProcessor      | [20, 30]       | resize to 20 x 30 (bicubic), centre crop 224 x 224",
                "BlipImageProcessor     | 20             | resize to 20 x 20 (bicubic)",
                "ConvNextImageProcessor | 140            | resize to shortest edge 160 (bilinear), centre crop 140 x 140",
                "ConvNextImageProcessor | 384            | resize to 384 x 384 (bilinear)",
                "ViltImageProcessor     | 64             | resize to shortest edge 64, multiples of 32 (bicubic)",
                "ViTImageProcessor      | null           | resize to 224 x 224 (bilinear)",
            })
    void sizesOfOldFilesMeanWhatTheyDidThen(String type, String size, String steps) throws IOException {
        assertThat(load("{'image_processor_type': '" + type + "', 'size': " + size + "}")
                        .toString())
                .startsWith(type + ": " + steps);
    }

    @Test
    void optionsOverrideTheFile() throws IOException {
        ImageProcessor processor = load("{'image_processor_type': 'CLIPImageProcessor', 'size': 50, 'crop_size': 40}");
        ImageProcessor other = processor.withOptions(Golden.json(
                "{\"do_center_crop\": false, \"size\": {\"height\": 20, \"width\": 30}, \"resample\": null}"));
        assertThat(processor.toString()).contains("shortest edge 50 (bicubic), centre crop 40 x 40, rescale by 0.0039");
        assertThat(other.toString()).contains("resize to 20 x 30 (bicubic), rescale by 0.0039");
    }

    /** As of DINOv3's own class; other fast processors would pad, so that theirs is refused. */
    @Test
    void paddingIsIgnoredWhereTheReferenceIgnoresIt() throws IOException {
        assertThat(load("{'image_processor_type': 'DINOv3ViTImageProcessorFast', 'do_pad': true}")
                        .toString())
                .startsWith("DINOv3ViTImageProcessorFast: rescale by 0.0039")
                .contains("resize as a tensor to 224 x 224 (bilinear), normalise by mean [0.485")
                .doesNotContain("pad");
    }

    @Test
    void whatPyTorchCanNotDoWithTensorsIsRefused() {
        assertThatThrownBy(() -> load("{'image_processor_type': 'DINOv3ViTImageProcessorFast', 'resample': 1}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "This processor resizes with filter 0 (nearest), 2 (bilinear) or 3 (bicubic), not 1.");
        assertThatThrownBy(() -> load("{'image_processor_type': 'DINOv3ViTImageProcessorFast', 'do_rescale': false}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "This processor can't normalise what it doesn't rescale: 'do_normalize' needs 'do_rescale'.");
    }

    @Test
    void unknownOptionsAreRefused() {
        ImageProcessor processor = ImageProcessor.vit(8, 8, Resampling.BOX, HALF, HALF);
        assertThatThrownBy(() -> processor.withOptions(Golden.json("{\"do_center_crop\": true}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ViTImageProcessor has no option 'do_center_crop' with value true; it has do_resize, "
                        + "do_rescale, rescale_factor, do_normalize, image_mean, image_std, size, resample.");
        assertThatThrownBy(() -> processor.withOptions(Golden.json("{\"data_format\": \"channels_last\"}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ViTImageProcessor has no option 'data_format' with value \"channels_last\"");
        assertThatThrownBy(() -> processor.withOptions(Golden.json("{\"size\": {\"shortest_edge\": 5}}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A size with 'height' is needed here, not {shortest_edge=5}.");
    }

    @Test
    void wrongFilesAreRefused() {
        assertThatThrownBy(() -> load("{'image_processor_type': 'Owlv2ImageProcessor'}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Image processor 'Owlv2ImageProcessor' is not supported; supported are "
                        + "ViTImageProcessor, DeiTImageProcessor, BeitImageProcessor, CLIPImageProcessor, ")
                .hasMessageContaining("file: " + folder.resolve("preprocessor_config.json"));
        assertThatThrownBy(() -> load("{'image_processor_type': 'ViTImageProcessor', 'resample': 9}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Unknown resampling filter 9;");
        assertThatThrownBy(() -> load("{'image_processor_type': 'ViTImageProcessor', 'image_mean': [1, 2]}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("'image_mean' must be a number or 3 numbers, not [1,2].");
        assertThatThrownBy(() -> load("{'image_processor_type': 'ViTImageProcessor', 'size': {'edge': 3}}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("not {edge=3}");
        assertThatThrownBy(() -> load("{'image_processor_type': 'ViTImageProcessorFast', 'do_center_crop': true}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("'do_center_crop' of ViTImageProcessorFast is not supported.");
        assertThatThrownBy(() -> load("{"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The JSON is damaged or beyond the limits (line 1, column 2)");
        assertThatThrownBy(() -> load("{'size': 5}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The file names no image processor, and model_type '' doesn't tell which.");
        assertThatThrownBy(() -> ImageProcessor.load(folder.resolve("nowhere")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("preprocessor_config.json");
    }

    @Test
    void aSavedProcessorIsTheSame() throws IOException {
        double[] mean = {0.485, 0.456, 0.406};
        ImageProcessor processor = ImageProcessor.vit(48, 64, Resampling.LANCZOS, mean, new double[] {0.2, 0.3, 0.4});
        processor.save(folder);
        assertThat(ImageProcessor.load(folder).toString()).isEqualTo(processor.toString());
        assertThat(folder.resolve("preprocessor_config.json"))
                .content()
                .contains("\"image_processor_type\" : \"ViTImageProcessor\"", "\"resample\" : 1", "\"height\" : 48");
    }

    private ImageProcessor load(String json) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), json.replace('\'', '"'));
        return ImageProcessor.load(folder);
    }
}
