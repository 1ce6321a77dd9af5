package io.vitrail.vit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the replayers of pictures and vision models can't do as it was recorded, they refuse. */
class ReplayerTest {
    private static final GoldenCase CASE = GoldenCase.read(folder());

    private final GoldenReplayer vision = new VisionReplayer();
    private final GoldenReplayer images = new ImageReplayer();

    @AfterEach
    void free() {
        vision.close();
        images.close();
    }

    private static Path folder() {
        try {
            return Path.of(ReplayerTest.class
                    .getResource("/goldens/vit/classification")
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
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
                call -> call.put("class", "ViTForMaskedImageModeling"),
                "ViT has no head for MASKED_IMAGE_MODELING; supported: [FEATURES, CLASSIFICATION].");
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

    /** The case's first call, changed. */
    private static GoldenCall call(Consumer<ObjectNode> change) {
        ObjectNode json = CASE.calls().get(0).json().deepCopy();
        change.accept(json);
        return new GoldenCall(CASE.folder(), json);
    }
}
