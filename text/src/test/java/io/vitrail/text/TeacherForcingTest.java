package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As DJL drives it, a model that reads and writes scores a known answer in one pass. */
class TeacherForcingTest {
    private static final long[][] SOURCES = {{7, 12, 9, 30, 5, 17}, {39, 6, 14, 1, 1, 1}};
    private static final float[] REAL = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
    private static final long[][] WRITTEN = {{2, 10, 31, 19}, {2, 8, 35, 12}};

    @ParameterizedTest
    @ValueSource(strings = {"marian/uneven", "marian/own_words", "bart/uneven", "t5/uneven"})
    void scoresAreThoseOfReadingAndThenWriting(String name) {
        try (Session<TextToTextModel> session = load(name)) {
            float[] expected = session.run((model, scope, pass) -> {
                TextInput read = TextInput.of(scope.create(SOURCES)).withMask(real(scope));
                NDArray states =
                        model.states(TextInput.of(scope.create(WRITTEN)), pass.withContext(model.encode(read, pass)));
                return model.logits(states, pass).toFloatArray();
            });
            assertThat(expected).hasSize(2 * 4 * session.model().vocabulary());
            assertThat(scored(session, SOURCES, REAL, WRITTEN)).containsExactly(expected, within(1e-6f));
        }
    }

    @Test
    void paddingBehindASourceDoesNotCountAndNoTokenIsToldItsSuccessor() {
        try (Session<TextToTextModel> session = load("marian/uneven")) {
            long[][] alone = {{39, 6, 14}};
            float[] scores = scored(session, alone, new float[] {1, 1, 1}, new long[][] {{2, 8, 35}});
            float[] together = scored(session, SOURCES, REAL, WRITTEN);
            int row = 4 * session.model().vocabulary();
            assertThat(Arrays.copyOfRange(together, row, row + scores.length)).containsExactly(scores, within(1e-5f));
        }
    }

    @Test
    void otherThanOneOrThreeArraysAreRefused() {
        try (Session<TextToTextModel> session = load("marian/uneven")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.run((model, scope, pass) -> model.forward(
                            new ParameterStore(scope, false),
                            new NDList(scope.create(SOURCES), scope.create(WRITTEN)),
                            false)))
                    .withMessage("Ids that are read, which of them are real, and ids that are written are 3 arrays,"
                            + " not 2.");
        }
    }

    private static float[] scored(Session<TextToTextModel> session, long[][] read, float[] real, long[][] written) {
        return session.run((model, scope, pass) -> {
            NDArray mask = scope.create(real, new Shape(read.length, read[0].length));
            NDList inputs = new NDList(scope.create(read), mask, scope.create(written));
            return model.forward(new ParameterStore(scope, false), inputs, false)
                    .singletonOrThrow()
                    .toFloatArray();
        });
    }

    private static NDArray real(NDManager scope) {
        return scope.create(REAL, new Shape(2, 6));
    }

    private static Session<TextToTextModel> load(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            return TextModels.load(
                    checkpoint,
                    TextTask.TEXT_TO_TEXT,
                    TextToTextModel.class,
                    ReadableOperations.INSTANCE,
                    Device.cpu());
        }
    }
}
