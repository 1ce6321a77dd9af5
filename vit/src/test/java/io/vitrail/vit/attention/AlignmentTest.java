package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A ViT whose class token attends to bright patches, and photos with one bright spot: wherever the processor puts it,
 * the heat must lie on it.
 */
class AlignmentTest {
    private static final int PATCH = 4;
    private static final int SPOT = 30;

    @TempDir
    private Path folder;

    /** The heat's middle less the spot's, along both axes, in pixels of the photo. */
    private record Offset(double x, double y) {}

    static List<Arguments> cases() {
        return List.of(
                arguments("squashed", "ViTImageProcessor", "'size': {'height': 48, 'width': 48}", 48, 48, 180, 120),
                arguments("squashed", "ViTImageProcessor", "'size': {'height': 48, 'width': 48}", 48, 48, 110, 230),
                arguments("oblong", "ViTImageProcessor", "'size': {'height': 36, 'width': 60}", 36, 60, 150, 150),
                arguments("enlarged", "ViTImageProcessor", "'size': {'height': 144, 'width': 192}", 144, 192, 90, 70),
                arguments("edge, crop", "CLIPImageProcessor", "'size': 56, 'crop_size': 48", 48, 48, 240, 150),
                arguments("edge, crop", "CLIPImageProcessor", "'size': 48, 'crop_size': 48", 48, 48, 130, 300),
                arguments("squash, crop", "DeiTImageProcessor", "'size': 64, 'crop_size': 48", 48, 48, 200, 160),
                arguments(
                        "padded",
                        "CLIPImageProcessor",
                        "'do_resize': false, 'crop_size': {'height': 160, 'width': 120}",
                        160,
                        120,
                        97,
                        131),
                arguments("as a tensor", "DINOv3ViTImageProcessorFast", "'size': 48", 48, 48, 170, 230));
    }

    @ParameterizedTest(name = "{0}, photo of {5} × {6}")
    @MethodSource("cases")
    void heatLiesOnTheSpot(
            String name, String processor, String settings, int height, int width, int photoWidth, int photoHeight)
            throws IOException {
        save("{'image_processor_type': '" + processor + "', " + settings + "}", height, width);
        try (ImageAttention attention = ImageAttention.load(folder)) {
            double sumX = 0;
            double sumY = 0;
            int spots = 0;
            HeatMap all = attention.attend(spot(photoWidth, photoHeight, 0, 0)).map(0, 0);
            double margin = SPOT / 2.0 + 1; // wholly within what the model sees
            for (double y = all.rows().start() + margin; y < all.rows().end() - margin; y += 7) {
                double x = all.columns().start() + margin;
                x += (y * 37) % (all.columns().end() - all.columns().start() - 2 * margin);
                Image photo = spot(photoWidth, photoHeight, (int) x, (int) y);
                HeatMap map = attention.attend(photo).map(0, 0);
                Offset offset = offset(map, photoWidth, photoHeight, (int) x, (int) y);
                assertThat(offset.x()).isCloseTo(0, within(0.6 * map.columns().pitch()));
                assertThat(offset.y()).isCloseTo(0, within(0.6 * map.rows().pitch()));
                sumX += offset.x() / map.columns().pitch();
                sumY += offset.y() / map.rows().pitch();
                spots++;
            }
            assertThat(sumX / spots).isCloseTo(0, within(0.15)); // of a patch: no bias
            assertThat(sumY / spots).isCloseTo(0, within(0.15));
        }
    }

    /** A black photo with a white square around a place. */
    private static Image spot(int width, int height, int x, int y) {
        byte[] rgb = new byte[3 * width * height];
        for (int row = Math.max(0, y - SPOT / 2); row < Math.min(height, y + SPOT / 2); row++) {
            for (int column = Math.max(0, x - SPOT / 2); column < Math.min(width, x + SPOT / 2); column++) {
                for (int c = 0; c < 3; c++) {
                    rgb[3 * (row * width + column) + c] = (byte) 255;
                }
            }
        }
        return Image.fromPixels(rgb, width, height);
    }

    /** The overlay over black: its red says where the heat is. */
    private static Offset offset(HeatMap map, int width, int height, int x, int y) {
        byte[] overlay = HeatOverlay.of(Image.fromPixels(new byte[3 * width * height], width, height), map)
                .image()
                .pixels()
                .samples();
        double sum = 0;
        double sumX = 0;
        double sumY = 0;
        for (int pixel = 0; pixel < width * height; pixel++) {
            double heat = Math.max(0, (overlay[3 * pixel] & 0xFF) - 10);
            sum += heat;
            sumX += heat * (pixel % width + 0.5);
            sumY += heat * (pixel / width + 0.5);
        }
        return new Offset(sumX / sum - x, sumY / sum - y);
    }

    /** Brightness is the first component of a patch; the class token's query asks for it. */
    private void save(String processor, int height, int width) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), processor.replace('\'', '"'));
        String config = "{'model_type': 'vit', 'architectures': ['ViTForImageClassification'], 'image_size': [%d, %d],"
                + " 'patch_size': %d, 'hidden_size': 4, 'num_hidden_layers': 1, 'num_attention_heads': 1,"
                + " 'intermediate_size': 4, 'id2label': {'0': 'bright', '1': 'dark'}}";
        Files.writeString(
                folder.resolve("config.json"),
                String.format(config, height, width, PATCH).replace('\'', '"'));
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Weights weights = new Weights(manager);
            int patches = height / PATCH * (width / PATCH);
            float each = 1f / (3 * PATCH * PATCH);
            NDArray brightness = manager.full(new Shape(1, 3, PATCH, PATCH), each);
            NDArray projection =
                    brightness.concat(brightness.neg(), 0).concat(manager.zeros(new Shape(2, 3, PATCH, PATCH)), 0);
            weights.put("vit.embeddings.patch_embeddings.projection.weight", projection);
            weights.zeros("vit.embeddings.patch_embeddings.projection.bias", 4);
            weights.put(
                    "vit.embeddings.cls_token",
                    manager.create(new float[] {0, 0, 1, -1}).reshape(1, 1, 4));
            weights.zeros("vit.embeddings.position_embeddings", 1, 1 + patches, 4);
            String layer = "vit.encoder.layer.0.";
            weights.matrix(layer + "attention.attention.query", 0, 2, 8);
            weights.matrix(layer + "attention.attention.key", 0, 0, 8);
            weights.matrix(layer + "attention.attention.value", 0, 0, 1);
            weights.matrix(layer + "attention.output.dense", 0, 0, 1);
            weights.matrix(layer + "intermediate.dense", 0, 0, 0);
            weights.matrix(layer + "output.dense", 0, 0, 0);
            weights.norm(layer + "layernorm_before");
            weights.norm(layer + "layernorm_after");
            weights.norm("vit.layernorm");
            weights.put(
                    "classifier.weight",
                    manager.create(new float[] {1, 0, 0, 0, -1, 0, 0, 0}).reshape(2, 4));
            weights.zeros("classifier.bias", 2);
            SafeTensorsWriter.write(
                    folder.resolve("model.safetensors"), weights.byName(), StorageType.F32, Map.of("format", "pt"));
        }
    }

    private record Weights(NDManager manager, Map<String, NDArray> byName) {
        Weights(NDManager manager) {
            this(manager, new HashMap<>());
        }

        void put(String name, NDArray value) {
            byName.put(name, value);
        }

        void zeros(String name, long... shape) {
            put(name, manager.zeros(new Shape(shape)));
        }

        void norm(String name) {
            put(name + ".weight", manager.ones(new Shape(4)));
            zeros(name + ".bias", 4);
        }

        /** 4 × 4, with one number that isn't 0. */
        void matrix(String name, int row, int column, float value) {
            float[] numbers = new float[16];
            numbers[4 * row + column] = value;
            put(name + ".weight", manager.create(numbers).reshape(4, 4));
            zeros(name + ".bias", 4);
        }
    }
}
