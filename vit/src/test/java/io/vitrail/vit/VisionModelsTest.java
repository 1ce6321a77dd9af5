package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which model a config.json names, and as which class of the reference it is read. */
class VisionModelsTest {
    @TempDir
    private Path folder;

    @Test
    void anUnknownTypeIsRefusedWithTheKnownOnes() {
        ConfigJson config = new ConfigJson(new ObjectMapper().createObjectNode().put("model_type", "resnet"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VisionModels.create(config, VisionTask.FEATURES))
                .withMessage("Model type 'resnet' is no vision model that is supported here; supported: "
                        + new TreeSet<>(VisionModels.types()) + ".");
    }

    /** Classes of the reference that it hasn't got, of other families, and with other heads. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ZebraModel",
                "ZebraModelForImageClassification",
                "BeitModel",
                "TFViTModel",
                "ViTForObjectDetection",
                "ViTForImageClassificationWithTeacher"
            })
    void anUnknownClassIsRefusedWithTheKnownOnes(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> load(Goldens.folder("vit/model"), name))
                .withMessage(
                        "Model type 'vit' has no class '%s' here; supported: [ViTForImageClassification,"
                                + " ViTForMaskedImageModeling, ViTModel, ViTModel(add_pooling_layer=False)].",
                        name);
    }

    @Test
    void aTaskThatNoClassIsForIsRefused() {
        ConfigJson config = new ConfigJson(new ObjectMapper().createObjectNode().put("model_type", "dinov3_vit"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VisionModels.create(config, VisionTask.CLASSIFICATION))
                .withMessage("Model type 'dinov3_vit' has no head for CLASSIFICATION; supported: [FEATURES].");
    }

    @Test
    void aConfigWithoutArchitecturesDoesNotSayWhichHead() throws IOException {
        Files.copy(
                Goldens.folder("vit/classification").resolve("model.safetensors"), folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"vit\"}");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(() -> VisionModels.load(checkpoint, ReadableOperations.INSTANCE, Device.cpu()))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("config.json names no architecture, so it isn't known which head the"
                            + " weights belong to.");
        }
    }

    /** Checkpoints that were saved without a pooler, as DINO's, or with a head that reads the tokens themselves. */
    @ParameterizedTest
    @CsvSource({
        "vit/without_pooler,  ViTModel",
        "vit/masked,          ViTForMaskedImageModeling",
        "vit/masked,          ViTModel",
        "vit/classification,  ViTModel",
        "vit/model,           ViTModel(add_pooling_layer=False)",
        "deit/classification, DeiTModel",
        "deit/masked,         DeiTForMaskedImageModeling",
        "deit/model,          DeiTModel(add_pooling_layer=False)",
    })
    void withoutAPoolerTheClassTokenStandsForThePicture(String checkpoint, String name) {
        try (Session<VisionModel> session = load(Goldens.folder(checkpoint), name)) {
            session.run((model, scope, pass) -> {
                Trace trace = Trace.of(scope, Set.of());
                Features features = model.features(picture(model, scope), pass.withTrace(trace));
                assertThat(features.pooled()).isEqualTo(features.tokens().get(":, 0"));
                assertThat(trace.recorded()).containsOnlyKeys("last_hidden_state");
                assertThat(model.classifies()).isFalse();
                return null;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"swin/masked", "beit/masked_mean", "beit/masked_class"})
    void whatWasTrainedOnMaskedPicturesEmbeds(String checkpoint) {
        try (Checkpoint files = Checkpoint.open(Goldens.folder(checkpoint));
                Session<VisionModel> session = load(files.folder(), VisionModels.className(files))) {
            session.run((model, scope, pass) -> {
                Trace trace = Trace.of(scope, Set.of());
                Features features = model.features(picture(model, scope), pass.withTrace(trace));
                assertThat(features.pooled().getShape().dimension()).isEqualTo(2);
                assertThat(trace.recorded()).containsKey("last_hidden_state").doesNotContainKey("pooler_output");
                return null;
            });
        }
    }

    /** The projection is a part of the whole; the tower alone has none. */
    @ParameterizedTest
    @CsvSource({"CLIPModel, 9", "CLIPVisionModelWithProjection, 9", "CLIPVisionModel, 24"})
    void aWholeClipAndItsTowersPoolDifferently(String name, int width) {
        try (Session<VisionModel> session = load(Goldens.folder("clip_vision/whole"), name)) {
            long pooled = session.run((model, scope, pass) -> model.features(picture(model, scope), pass)
                    .pooled()
                    .getShape()
                    .get(1));
            assertThat(pooled).isEqualTo(width);
        }
    }

    @Test
    void halfAPoolerIsDamage() throws IOException {
        keep("vit/model", name -> !name.equals("pooler.dense.bias"));
        assertThatThrownBy(() -> load(folder, "ViTModel"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Weight 'pooler.dense.bias' of shape [32] is missing");
    }

    @Test
    void familiesWhosePoolerIsNoChoiceNeedIt() throws IOException {
        keep("beit/plain", name -> !name.startsWith("pooler."));
        assertThatThrownBy(() -> load(folder, "BeitModel"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Weight 'pooler.layernorm.weight' of shape [24] is missing");
    }

    private static VisionInput picture(VisionModel model, NDManager scope) {
        Shape shape = new Shape(2, 3, model.imageHeight(), model.imageWidth());
        return VisionInput.of(scope.arange((float) shape.size()).sin().reshape(shape));
    }

    /** Copies a case's checkpoint with some of its weights. */
    private void keep(String name, Predicate<String> kept) throws IOException {
        Files.copy(Goldens.folder(name).resolve("config.json"), folder.resolve("config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name));
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Map<String, NDArray> weights = new LinkedHashMap<>();
            checkpoint.names().stream()
                    .filter(kept)
                    .forEach(weight ->
                            weights.put(weight, checkpoint.tensor(weight).toArray(manager)));
            SafeTensorsWriter.write(folder.resolve("model.safetensors"), weights, StorageType.F32, Map.of());
        }
    }

    private static Session<VisionModel> load(Path folder, String className) {
        DjlEngine.get();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return VisionModels.load(checkpoint, className, ReadableOperations.INSTANCE, Device.cpu());
        }
    }
}
