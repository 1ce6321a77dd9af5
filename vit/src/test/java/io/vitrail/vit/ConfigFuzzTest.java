package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Mutants;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageException;
import io.vitrail.vit.image.ImageProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configs that are damaged beside sound weights: a model that answers, or an error of this library. */
class ConfigFuzzTest {
    private static final int MODELS = Mutants.count(40);
    private static final int PROCESSORS = Mutants.count(400);
    private static final int LARGEST_SIDE = 64;
    private static final String PROCESSOR =
            """
            {"image_processor_type": "CLIPImageProcessor", "do_resize": true, "size": {"shortest_edge": 20},
             "resample": 3, "do_center_crop": true, "crop_size": {"height": 16, "width": 16}, "do_rescale": true,
             "rescale_factor": 0.00392156862745098, "do_normalize": true, "image_mean": [0.48, 0.45, 0.40],
             "image_std": [0.26, 0.26, 0.27], "do_convert_rgb": true, "do_pad": false}
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vit/classification",
                "deit/with_teacher",
                "dinov2/classification_swiglu",
                "dinov2_registers/classification",
                "dinov3_vit/model",
                "beit/classification",
                "vit_mae/model",
                "swin/classification",
                "clip_vision/with_projection",
                "siglip_vision/classification",
                "timm/vit"
            })
    void otherConfigsGiveAModelOrAnError(String name) throws IOException {
        Path golden = Goldens.folder(name);
        try (Stream<Path> files = Files.list(golden)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        JsonNode valid =
                new ObjectMapper().readTree(golden.resolve("config.json").toFile());
        DjlEngine.get();
        assertThat(refused("config.json", valid, MODELS, this::loadAndRun)).isLessThan(MODELS);
    }

    @Test
    void otherProcessorsGivePixelsOrAnError() throws IOException {
        List<Image> images = List.of(Image.fromFile(Goldens.resource("/images/coffee.jpg")));
        JsonNode valid = new ObjectMapper().readTree(PROCESSOR);
        DjlEngine.get();
        int refused = refused("preprocessor_config.json", valid, PROCESSORS, () -> {
            ImageProcessor processor = ImageProcessor.load(folder);
            try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
                processor.process(images, manager);
            }
        });
        assertThat(refused).isLessThan(PROCESSORS);
    }

    private void loadAndRun() {
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Session<VisionModel> session =
                        VisionModels.load(checkpoint, ReadableOperations.INSTANCE, Device.cpu())) {
            session.run((model, manager, pass) -> {
                Shape shape = new Shape(
                        1, 3, Math.min(LARGEST_SIDE, model.imageHeight()), Math.min(LARGEST_SIDE, model.imageWidth()));
                NDArray pixels = manager.zeros(shape);
                return model.features(VisionInput.of(pixels), pass).tokens().toFloatArray();
            });
        }
    }

    private int refused(String name, JsonNode valid, int rounds, Runnable use) throws IOException {
        return Mutants.refused(
                rounds,
                seed -> Mutants.ofJson(valid, seed),
                Duration.ofSeconds(10),
                e -> e instanceof CheckpointException
                        || e instanceof IllegalArgumentException
                        || e instanceof ImageException,
                mutant -> {
                    Files.write(folder.resolve(name), mutant);
                    use.run();
                });
    }
}
