package io.vitrail.transformer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How golden.json is read. */
class GoldenCaseTest {
    private static final String CALL =
            """
            {'name': 'second', 'op': 'forward', 'class': 'ViTModel', 'subfolder': 'base',
             'images': ['a.png', 'b.png'], 'inputs': {'pixel_values': 'in.pixels'},
             'options': {'output_attentions': true, 'return_dict': false},
             'outputs': {'logits': 'second.logits'}, 'values': {'text': ['cat']},
             'tolerance': {'atol': 0.5, 'rtol': 0.25}, 'subsample': 3, 'mask_outputs': 'in.mask'}""";

    @TempDir
    private Path folder;

    @Test
    void readsCallsAndTensors() {
        write("{'name': 'first', 'op': 'decode_image'}, " + CALL);
        GoldenCase golden = GoldenCase.read(folder.resolve("tiny"));
        assertThat(golden.family()).isEqualTo("vit");
        assertThat(golden.name()).isEqualTo("tiny");
        assertThat(golden.calls()).extracting(GoldenCall::name).containsExactly("first", "second");
        assertThat(golden.tensors().get("in.pixels").floats()).containsExactly(1, 2);
        GoldenCall call = golden.calls().get(1);
        assertThat(call.operation()).isEqualTo("forward");
        assertThat(call.className()).contains("ViTModel");
        assertThat(call.checkpoint()).isEqualTo(folder.resolve("tiny/base"));
        assertThat(call.images()).containsExactly(folder.resolve("tiny/a.png"), folder.resolve("tiny/b.png"));
        assertThat(call.inputs()).containsExactly(Map.entry("pixel_values", "in.pixels"));
        assertThat(call.outputs()).containsExactly(Map.entry("logits", "second.logits"));
        assertThat(call.options().path("output_attentions").asBoolean()).isTrue();
        assertThat(call.values().path("text").path(0).asText()).isEqualTo("cat");
        assertThat(call.absoluteTolerance()).isEqualTo(0.5);
        assertThat(call.relativeTolerance()).isEqualTo(0.25);
        assertThat(call.subsample()).isEqualTo(3);
        assertThat(call.outputMask()).contains("in.mask");
    }

    @Test
    void aCallMaySayLittle() {
        write("{'name': 'first', 'op': 'decode_image'}");
        GoldenCall call = GoldenCase.read(folder.resolve("tiny")).calls().get(0);
        assertThat(call.className()).isEmpty();
        assertThat(call.checkpoint()).isEqualTo(folder.resolve("tiny"));
        assertThat(call.images()).isEmpty();
        assertThat(call.inputs()).isEmpty();
        assertThat(call.options()).isEmpty();
        assertThat(call.subsample()).isEqualTo(1);
        assertThat(call.outputMask()).isEmpty();
    }

    @Test
    void optionsAndInputsThatNobodyHonoursAreRefused() {
        write(CALL);
        GoldenCall call = GoldenCase.read(folder.resolve("tiny")).calls().get(0);
        call.onlyOptions(Set.of("output_attentions", "return_dict", "output_hidden_states"));
        call.onlyInputs(Set.of("pixel_values"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> call.onlyOptions(Set.of("output_attentions")))
                .withMessage("Options [return_dict] aren't known; known: [output_attentions].");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> call.onlyInputs(Set.of("noise", "input_ids")))
                .withMessage("Inputs [pixel_values] aren't known; known: [input_ids, noise].");
    }

    @Test
    void pathsMustStayInTheCasesFolder() {
        write("{'name': 'first', 'op': 'x', 'subfolder': '../other', 'images': ['/etc/passwd']}");
        GoldenCall call = GoldenCase.read(folder.resolve("tiny")).calls().get(0);
        assertThatIllegalArgumentException()
                .isThrownBy(call::checkpoint)
                .withMessage("'../other' leads out of the case's folder.");
        assertThatIllegalArgumentException()
                .isThrownBy(call::images)
                .withMessage("'/etc/passwd' leads out of the case's folder.");
    }

    @Test
    void casesAreFoundAtAnyDepthAndSorted() {
        GoldenFolder.write(folder.resolve("vit/b"), "vit", "{'name': 'x'}", Map.of());
        GoldenFolder.write(folder.resolve("vit/a"), "vit", "{'name': 'x'}", Map.of());
        GoldenFolder.write(folder.resolve("beit/c"), "beit", "{'name': 'x'}", Map.of());
        assertThat(GoldenCase.under(folder))
                .isEqualTo(List.of(folder.resolve("beit/c"), folder.resolve("vit/a"), folder.resolve("vit/b")));
        assertThat(GoldenCase.under(folder.resolve("vit/a"))).containsExactly(folder.resolve("vit/a"));
        assertThat(GoldenCase.familyOf(folder.resolve("beit/c"))).isEqualTo("beit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenCase.under(folder.resolve("none")))
                .withMessage("'%s' is not a folder.", folder.resolve("none"));
    }

    @Test
    void aCaseWithoutFamilyOrCallsIsNoCase() throws IOException {
        write("");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenCase.read(folder.resolve("tiny")))
                .withMessage(folder.resolve("tiny") + ": golden.json has no calls.");
        Files.writeString(folder.resolve("tiny/golden.json"), "{\"format\": 1, \"calls\": [{}]}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenCase.read(folder.resolve("tiny")))
                .withMessage(folder.resolve("tiny") + ": golden.json names no family.");
        Files.writeString(folder.resolve("tiny/golden.json"), "{\"format\": 1, \"family\": \"\", \"calls\": [{}]}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenCase.read(folder.resolve("tiny")))
                .withMessage(folder.resolve("tiny") + ": golden.json names no family.");
        Files.writeString(folder.resolve("tiny/golden.json"), "{\"format\": 2}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenCase.read(folder.resolve("tiny")))
                .withMessage(folder.resolve("tiny") + ": format 2 is not 1.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inputs", "outputs", "values", "options", "tolerance"})
    void whatACallHoldsByNameMustBeAnObject(String key) {
        write("{'name': 'first', '" + key + "': ['a']}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenCase.read(folder.resolve("tiny")))
                .withMessage(folder.resolve("tiny") + ": '" + key + "' of a call must be a JSON object, not [\"a\"].");
        write("5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenCase.read(folder.resolve("tiny")))
                .withMessage(folder.resolve("tiny") + ": a call must be a JSON object, not 5.");
    }

    @Test
    void aDamagedOrEndlessGoldenJsonIsRefusedByName() throws IOException {
        Path json = Files.createDirectories(folder.resolve("tiny")).resolve("golden.json");
        for (String text : List.of("", "[]", "{", "{\"calls\":" + "[".repeat(100_000))) {
            Files.writeString(json, text);
            assertThatThrownBy(() -> GoldenCase.read(json.getParent()))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("\n  file: " + json);
            assertThatThrownBy(() -> GoldenCase.familyOf(json.getParent())).isInstanceOf(CheckpointException.class);
        }
        Files.writeString(json, "{\"family\": null}");
        assertThat(GoldenCase.familyOf(json.getParent())).isEmpty();
    }

    private void write(String calls) {
        GoldenFolder.write(folder.resolve("tiny"), "vit", calls, Map.of("in.pixels", GoldenFolder.floats(1, 2)));
    }
}
