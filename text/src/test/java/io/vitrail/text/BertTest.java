package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Trace;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The shared blocks serve tokens of text as they serve those of pictures: BERT gives what the reference gives. */
class BertTest {
    private static final double TOLERANCE = 1e-4;

    private final GoldenCase golden = GoldenCase.read(folder());

    private static Path folder() {
        try {
            return Path.of(BertTest.class.getResource("/goldens/bert/model").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Session<Bert> session(Operations operations) {
        try (Checkpoint checkpoint = Checkpoint.open(folder())) {
            Bert model = new Bert(Bert.Config.fromJson(new ConfigJson(checkpoint.config())));
            return new Session<>(
                    model,
                    operations,
                    Device.cpu(),
                    manager -> Bert.WEIGHTS.load(checkpoint, checkpoint.base("bert"), model, model.sizes(), manager));
        }
    }

    /** Every stage of two padded pairs of sentences, by its golden name. */
    private Map<String, GoldenTensor> stages(Operations operations) {
        try (Session<Bert> session = session(operations)) {
            return session.run((model, scope, pass) -> {
                Trace trace = Trace.of(scope, EnumSet.allOf(Trace.Stage.class));
                NDArray ids = golden.tensors().get("tokenize_pairs.input_ids").toArray(scope);
                NDArray segments =
                        golden.tensors().get("tokenize_pairs.token_type_ids").toArray(scope);
                NDArray real =
                        golden.tensors().get("tokenize_pairs.attention_mask").toArray(scope);
                model.features(ids, segments, real, pass.withTrace(trace));
                return trace.recorded().entrySet().stream()
                        .collect(Collectors.toMap(e -> "forward." + e.getKey(), e -> GoldenTensor.of(e.getValue())));
            });
        }
    }

    private void assertMatchesTheReference(Operations operations) {
        Map<String, GoldenTensor> computed = stages(operations);
        assertThat(computed).containsKeys("forward.hidden_states.2", "forward.attentions.1", "forward.pooler_output");
        computed.forEach((name, tensor) -> {
            GoldenTensor expected = golden.tensors().get(name);
            assertThat(tensor.shape()).as(name).isEqualTo(expected.shape());
            for (int i = 0; i < expected.floats().length; i++) {
                assertThat(tensor.floats()[i]).as(name).isCloseTo(expected.floats()[i], within((float) TOLERANCE));
            }
        });
    }

    @Test
    void readableStagesMatchTheReference() {
        assertMatchesTheReference(ReadableOperations.INSTANCE);
    }

    @Test
    void fastStagesMatchTheReference() {
        assertMatchesTheReference(Kernels.choose(Device.cpu(), Precision.FP32));
    }

    @Test
    void refusesIdsBeyondTheVocabulary() {
        try (Session<Bert> session = session(ReadableOperations.INSTANCE)) {
            assertThatThrownBy(() -> session.run(
                            (model, scope, pass) -> model.forward(scope.create(new long[][] {{1, 320}}), pass)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Id 320 isn't within the vocabulary of 320.");
        }
    }

    @Test
    void refusesTextsLongerThanThePositions() {
        try (Session<Bert> session = session(ReadableOperations.INSTANCE)) {
            assertThatThrownBy(() -> session.run((model, scope, pass) ->
                            model.forward(scope.create(new long[49]).reshape(1, 49), pass)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A sequence of 49 tokens is longer than the 48 positions.");
        }
    }
}
