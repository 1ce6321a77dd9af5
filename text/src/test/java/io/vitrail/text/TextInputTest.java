package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes into a text encoder is checked in Java, before native code reads beyond its tables. */
class TextInputTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    private NDArray numbers(Shape shape, long... values) {
        return manager.create(values, shape);
    }

    private NDArray pair(long first, long second) {
        return numbers(new Shape(1, 2), first, second);
    }

    /** Runs a golden case's model on two ids and what the test adds. */
    private static void run(String name, long[] ids, UnaryOperator<TextInput> more) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name));
                Session<TextEncoder> session = TextModels.load(
                        checkpoint, TextTask.FEATURES, TextEncoder.class, ReadableOperations.INSTANCE, Device.cpu())) {
            session.run((model, scope, pass) -> {
                TextInput input = TextInput.of(scope.create(ids, new Shape(1, ids.length)));
                return model.features(more.apply(input), pass).tokens().toFloatArray();
            });
        }
    }

    @Test
    void idsLieWithinTheVocabulary() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("bert/masks", new long[] {1, 50}, input -> input))
                .withMessage("Id 50 isn't within the vocabulary of 50.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("distilbert/masks", new long[] {-1, 2}, input -> input))
                .withMessage("Id -1 isn't within the vocabulary of 50.");
    }

    @Test
    void textsAreNoLongerThanThePositions() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("bert/masks", new long[14], input -> input))
                .withMessage("A sequence of 14 tokens is longer than the 13 positions.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("bert/relative_key", new long[14], input -> input))
                .withMessage("A sequence of 14 tokens is longer than the 13 positions.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("roberta/padding", new long[10], input -> input))
                .withMessage("Position 13 isn't within the table of 13 positions.");
    }

    @Test
    void givenPositionsLieWithinTheTable() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("bert/masks", new long[] {1, 2}, input -> input.withPlaces(pair(0, 13))))
                .withMessage("Position 13 isn't within the table of 13 positions.");
    }

    @Test
    void segmentsAreKnown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("bert/masks", new long[] {1, 2}, input -> input.withSegments(pair(0, 2))))
                .withMessage("Segment id 2 isn't within the 2 kinds of segments.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> run("distilbert/masks", new long[] {1, 2}, input -> input.withSegments(pair(0, 0))))
                .withMessage("DistilBert doesn't read [segments]: leave them out.");
    }

    @Test
    void allHaveTheShapeOfTheIds() {
        TextInput input = TextInput.of(pair(1, 2));
        NDArray three = numbers(new Shape(1, 3), 0, 0, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextInput.of(numbers(new Shape(2), 1, 2)))
                .withMessage("Ids must be [batch, tokens], not (2).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextInput.of(numbers(new Shape(2, 0))))
                .withMessage("Ids must be [batch, tokens], not (2, 0).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> input.withSegments(three))
                .withMessage("Segment ids must be [batch, tokens] = (1, 2), not (1, 3).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> input.withPlaces(three))
                .withMessage("Positions must be [batch or 1, tokens] = (1, 2), not (1, 3).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> input.withMask(three))
                .withMessage(
                        "The attention mask must be [batch, tokens] = (1, 2) or [batch, tokens, tokens], not (1, 3).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> input.withChoices(2))
                .withMessage("1 texts can't be shared by questions with 2 choices each.");
    }

    @Test
    void masksHoldZeroAndOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextInput.of(pair(1, 2)).withMask(pair(1, 2)))
                .withMessage("The attention mask must hold 0 and 1 only, not 2.0.");
    }

    @Test
    void aMaskThatHidesNothingIsNone() {
        assertThat(TextInput.of(pair(1, 2)).withMask(pair(1, 1)).mask()).isSameAs(AttentionMask.NONE);
    }

    @Test
    void aMeanNeedsToKnowThePadding() {
        NDArray tokens = manager.ones(new Shape(1, 2, 3));
        TextInput input = TextInput.of(pair(1, 2)).withMask(numbers(new Shape(1, 2, 2), 1, 0, 1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TextFeatures(input, tokens, Optional.empty()).mean())
                .withMessage("A mask for each token doesn't say which tokens are padding.");
    }
}
