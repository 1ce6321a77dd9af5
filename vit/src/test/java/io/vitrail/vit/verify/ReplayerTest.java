package io.vitrail.vit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Resources;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the replayers of pictures and vision models can't do as it was recorded, they refuse. */
class ReplayerTest {
    private static final GoldenCase CASE = GoldenCase.read(folder("vit/classification"));

    @TempDir
    private Path temporary;

    private int copies;
    private final GoldenReplayer vision = new VisionReplayer();
    private final GoldenReplayer images = new ImageReplayer();

    @AfterEach
    void free() {
        vision.close();
        images.close();
    }

    private static Path folder(String name) {
        return Resources.path("/goldens/" + name);
    }

    @Test
    void recordsWhatTheOptionsAskFor() {
        assertThat(forward(call -> {}).tensors())
                .containsOnlyKeys(
                        "last_hidden_state",
                        "logits",
                        "hidden_states.0",
                        "hidden_states.1",
                        "hidden_states.2",
                        "attentions.0",
                        "attentions.1");
        assertThat(forward(call -> call.remove("options")).tensors()).containsOnlyKeys("last_hidden_state", "logits");
    }

    @Test
    void wholePixelsAreReadAsNumbers() {
        long[] shape = {1, 3, 32, 32};
        byte[] whole = new byte[3 * 32 * 32];
        float[] floating = new float[whole.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (byte) i;
            floating[i] = whole[i] & 0xff;
        }
        float[] logits = logits(GoldenTensor.of(shape, floating));
        assertThat(logits(GoldenTensor.ofPixels(shape, whole))).isEqualTo(logits);
    }

    private float[] logits(GoldenTensor pixels) {
        Map<String, GoldenTensor> inputs = Map.of("pixel_values", pixels);
        return vision.replay(call(call -> {}), inputs, GoldenReplayer.Path.READABLE)
                .tensors()
                .get("logits")
                .floats();
    }

    @Test
    void unknownOptionsAreRefused() {
        assertRefused(
                call -> call.withObject("options").put("head_mask", 1),
                "Options [head_mask] aren't known; known: [interpolate_pos_encoding, output_attentions,"
                        + " output_hidden_states, return_dict].");
    }

    @Test
    void unknownInputsAreRefused() {
        assertRefused(
                call -> call.withObject("inputs").put("input_ids", "in.ids"),
                "Inputs [input_ids] aren't known; known: [bool_masked_pos, noise, pixel_values].");
    }

    @Test
    void unknownOperationsAreRefused() {
        assertRefused(call -> call.put("op", "generate"), "Operation 'generate' isn't known for pictures.");
        assertRefused(call -> call.put("op", "method"), "Operation 'method' isn't known for pictures.");
    }

    @Test
    void unknownClassesAreRefused() {
        assertRefused(
                call -> call.put("class", "ViTForSemanticSegmentation"),
                "Model type 'vit' has no class 'ViTForSemanticSegmentation' here; supported: [ViTForImageClassification,"
                        + " ViTForMaskedImageModeling, ViTModel, ViTModel(add_pooling_layer=False)].");
    }

    @Test
    void aCallWithoutAClassIsForTheOneThatTheConfigNames() {
        assertThat(replayed(CASE, call -> call.remove("class"))).isEqualTo(replayed(CASE, call -> {}));
        GoldenCase masked = GoldenCase.read(folder("vit_mae/masked"));
        assertThat(replayed(masked, call -> call.remove("class"))).contains("mask", "ids_restore");
    }

    @ParameterizedTest
    @CsvSource({
        "vit/oblong,               ViTForImageClassification",
        "beit/plain,               BeitModel",
        "swin/model,               SwinModel",
        "dinov3_vit/model,         DINOv3ViTModel",
        "clip_vision/projection,   CLIPVisionModelWithProjection",
    })
    void theConfigSaysWhatIsRecordedWhereACallDoesNot(String name, String className) throws IOException {
        GoldenCase asking = changed(name, config -> config.put("output_hidden_states", true));
        assertThat(replayed(asking, call -> call.put("class", className).remove("options")))
                .contains("hidden_states.1")
                .doesNotContain("attentions.0");
        assertThat(replayed(asking, call -> {
                    call.put("class", className);
                    call.putObject("options").put("output_hidden_states", false).put("output_attentions", true);
                }))
                .contains("attentions.0")
                .doesNotContain("hidden_states.1");
    }

    /** As each of the reference's classes reads its own config: the tower's is within the whole one's. */
    @ParameterizedTest
    @CsvSource({
        "clip_vision/whole,            CLIPVisionModel,               true",
        "clip_vision/whole,            CLIPVisionModelWithProjection, true",
        "clip_vision/classification,   CLIPForImageClassification,    false",
        "siglip_vision/whole,          SiglipVisionModel,             true",
        "siglip_vision/classification, SiglipForImageClassification,  false",
    })
    void aTowerHasAConfigOfItsOwn(String name, String className, boolean tower) throws IOException {
        GoldenCase inTower =
                changed(name, config -> config.withObject("vision_config").put("output_hidden_states", true));
        GoldenCase inWhole = changed(name, config -> config.put("output_hidden_states", true));
        Consumer<ObjectNode> plain = call -> call.put("class", className).remove("options");
        assertThat(replayed(inTower, plain).contains("hidden_states.0")).isEqualTo(tower);
        assertThat(replayed(inWhole, plain).contains("hidden_states.0")).isEqualTo(!tower);
    }

    @Test
    void aForwardPassNeedsPixels() {
        GoldenCall call = call(json -> json.remove("inputs"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> vision.replay(call, Map.of(), GoldenReplayer.Path.READABLE))
                .withMessage("The call has no pixel_values.");
    }

    @Test
    void unknownWaysToInterpolateAreRefused() {
        assertInterpolationRefused("area", false, "Interpolation mode 'area' isn't supported.");
        assertInterpolationRefused("bicubic", true, "align_corners together with antialias isn't supported.");
    }

    private void assertInterpolationRefused(String mode, boolean both, String message) {
        GoldenCall call = call(json -> {
            json.put("op", "interpolate");
            ObjectNode options = json.putObject("options").put("mode", mode);
            options.put("align_corners", both).put("antialias", both);
        });
        assertThatIllegalArgumentException()
                .isThrownBy(() -> images.replay(call, Map.of(), GoldenReplayer.Path.READABLE))
                .withMessage(message);
    }

    private void assertRefused(Consumer<ObjectNode> change, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> forward(change)).withMessage(message);
    }

    private Replayed forward(Consumer<ObjectNode> change) {
        GoldenTensor pixels = CASE.tensors().get("in.forward.pixel_values");
        return vision.replay(call(change), Map.of("pixel_values", pixels), GoldenReplayer.Path.READABLE);
    }

    private static GoldenCall call(Consumer<ObjectNode> change) {
        return call(CASE, change);
    }

    /** A case's first call, changed. */
    private static GoldenCall call(GoldenCase golden, Consumer<ObjectNode> change) {
        ObjectNode json = golden.calls().get(0).json().deepCopy();
        change.accept(json);
        return new GoldenCall(golden.folder(), json);
    }

    /** Names of what a case's first call, changed, gives. */
    private Set<String> replayed(GoldenCase golden, Consumer<ObjectNode> change) {
        GoldenCall call = call(golden, change);
        Map<String, GoldenTensor> inputs = new LinkedHashMap<>();
        call.inputs()
                .forEach((argument, tensor) ->
                        inputs.put(argument, golden.tensors().get(tensor)));
        return vision.replay(call, inputs, GoldenReplayer.Path.READABLE)
                .tensors()
                .keySet();
    }

    /** A copy of a case with another config. */
    private GoldenCase changed(String name, Consumer<ObjectNode> change) throws IOException {
        Path copy = Files.createDirectory(temporary.resolve(Integer.toString(copies++)));
        for (String file : new String[] {"golden.json", "golden.safetensors", "model.safetensors"}) {
            Files.copy(folder(name).resolve(file), copy.resolve(file));
        }
        ObjectNode config = JsonFile.read(folder(name).resolve("config.json")).deepCopy();
        change.accept(config);
        Files.writeString(copy.resolve("config.json"), config.toString());
        return GoldenCase.read(copy);
    }
}
