package io.vitrail.fusion.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenReplayer.Path;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Verdict;
import io.vitrail.transformer.verify.Verification;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses, schedules and trainings equal those of torch and transformers; what isn't known is refused. */
class TrainingReplayerTest {
    private static final TrainingReplayer REPLAYER = new TrainingReplayer();

    @TestFactory
    Stream<DynamicTest> everyCallOfEveryCaseOnBothPaths() {
        Verification verification =
                new Verification(REPLAYER, List.of(Path.READABLE, Path.FAST), (golden, call, path, replayed) -> {});
        List<java.nio.file.Path> cases = GoldenCase.under(folder("."));
        assertThat(cases).hasSizeGreaterThanOrEqualTo(7);
        return cases.stream()
                .flatMap(path -> verification.of(GoldenCase.read(path)).stream())
                .map(verdict -> dynamicTest(verdict.where() + verdict.path(), () -> assertPassed(verdict)));
    }

    private static void assertPassed(Verdict verdict) {
        assertThat(verdict.passed()).as(verdict.line()).isTrue();
    }

    @Test
    void aTrainingIsNotComparedInAReducedPrecision() {
        GoldenCase golden = GoldenCase.read(folder("training/clip"));
        Verification reduced = new Verification(REPLAYER, List.of(Path.FAST_BF16), (any, call, path, replayed) -> {});
        assertThat(reduced.of(golden)).isEmpty();
        assertThatThrownBy(() -> replay(golden, golden.calls().get(0), Path.FAST_BF16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A training is replayed in float32, not on the path FAST_BF16.");
    }

    @Test
    void aWeightThatTheModelLacksIsRefused() {
        GoldenCase golden = GoldenCase.read(folder("training/clip"));
        GoldenCall call = changed(golden, json -> json.putArray("weights").add("none"));
        assertThatThrownBy(() -> replay(golden, call, Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The model has no weight 'none'.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "op       | lora              | Operation 'lora' isn't known in training; known: cross_entropy,",
                "class    | CLIPVisionModel   | A class without a classification head can't be trained here.",
                "class    | CLIPCaptioner     | Model type 'clip' has no class 'CLIPCaptioner' here; supported:",
                "op       | cross_entropy     | Inputs [labels, pixel_values] aren't known;",
            })
    void whatIsNotKnownIsRefused(String key, String value, String message) {
        GoldenCase golden = GoldenCase.read(folder("training/clip"));
        assertThatThrownBy(() -> replay(golden, changed(golden, json -> json.put(key, value)), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aModelOfTextsThatDoesNotClassifyIsRefused() {
        GoldenCase golden = GoldenCase.read(folder("training/gpt2_left"));
        assertThatThrownBy(() -> replay(golden, changed(golden, json -> json.put("class", "GPT2Model")), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'GPT2Model' doesn't score whole texts, so it can't be trained here.");
    }

    @Test
    void optionsAreAllKnownAndAllThere() {
        GoldenCase golden = GoldenCase.read(folder("training/clip"));
        assertThatThrownBy(() -> replay(golden, options(golden, json -> json.put("ema", 1)), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Options [ema] aren't known; known: [betas, eps,");
        assertThatThrownBy(() -> replay(golden, options(golden, json -> json.remove("eps")), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Options [eps] of the training are missing.");
        assertThatThrownBy(() -> replay(golden, options(golden, json -> json.put("schedule", "step")), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Schedule 'step' isn't known; known: [constant,");
        assertThatThrownBy(() -> replay(golden, options(golden, json -> json.put("steps", 0)), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A training has 1 to 10000 steps, not 0.");
    }

    @Test
    void aScheduleOfEndlessStepsIsRefused() {
        GoldenCase golden = GoldenCase.read(folder("schedules/beyond"));
        assertThatThrownBy(
                        () -> replay(golden, options(golden, json -> json.put("last", 2_000_000_000)), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Steps 1 to 2000000000 aren't 1 to 1000000 steps.");
    }

    @Test
    void anUnknownReductionIsRefused() {
        GoldenCase golden = GoldenCase.read(folder("losses/forms"));
        assertThatThrownBy(() -> replay(golden, options(golden, json -> json.put("reduction", "max")), Path.READABLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Reduction 'max' isn't known; known: mean, sum, none.");
    }

    @Test
    void itsFamiliesAreThoseOfTraining() {
        assertThat(REPLAYER.families()).isEqualTo(Set.of("losses", "schedules", "training"));
    }

    private static GoldenCall options(GoldenCase golden, Consumer<ObjectNode> change) {
        return changed(golden, json -> change.accept((ObjectNode) json.get("options")));
    }

    private static GoldenCall changed(GoldenCase golden, Consumer<ObjectNode> change) {
        GoldenCall call = golden.calls().get(0);
        ObjectNode json = call.json().deepCopy();
        change.accept(json);
        return new GoldenCall(call.folder(), json);
    }

    private static Map<String, GoldenTensor> replay(GoldenCase golden, GoldenCall call, Path path) {
        Map<String, GoldenTensor> inputs = new HashMap<>();
        call.inputs()
                .forEach((argument, name) ->
                        inputs.put(argument, golden.tensors().get(name)));
        return REPLAYER.replay(call, inputs, path).tensors();
    }

    private static java.nio.file.Path folder(String name) {
        try {
            return java.nio.file.Path.of(TrainingReplayerTest.class
                            .getResource("/training/training.py")
                            .toURI())
                    .resolveSibling(name);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
