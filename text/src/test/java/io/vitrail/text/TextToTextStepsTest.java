package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.generation.CachedDecoding;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text that is written step by step, with a cache, is scored as in one pass; whatever was asked is computed once. */
class TextToTextStepsTest {
    private static final long[][] SOURCES = {{7, 12, 9, 30, 5, 17}, {39, 6, 14, 1, 1, 1}, {21, 8, 33, 11, 44, 1}};
    private static final float[] REAL = {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0};
    private static final long[][] TARGETS = {
        {2, 10, 31, 19, 5, 28, 40, 7}, {2, 8, 8, 35, 12, 21, 6, 49}, {2, 41, 20, 9, 17, 33, 15, 3}
    };
    private static final int PROMPT = 3;

    @ParameterizedTest
    @ValueSource(
            strings = {"marian/uneven", "marian/own_words", "marian/untied", "bart/uneven", "t5/uneven", "t5/tied"})
    void stepsOfAModelThatReadsEqualTheWhole(String name) {
        for (Operations operations : faces()) {
            try (Session<TextToTextModel> session = load(name, TextToTextModel.class, operations)) {
                compare(session, TextToTextStepsTest::read);
            }
        }
    }

    private static Tokens read(TextToTextModel model, NDManager manager, Pass pass) {
        NDArray real = manager.create(REAL, new Shape(3, 6));
        return model.encode(TextInput.of(manager.create(SOURCES)).withMask(real), pass);
    }

    @ParameterizedTest
    @ValueSource(strings = {"trocr/learned", "trocr/sinusoidal", "blip_text/decoder", "bert/decoder"})
    void stepsOfAModelThatAsksEqualTheWhole(String name) {
        for (Operations operations : faces()) {
            try (Session<TextDecoder> session = load(name, TextDecoder.class, operations)) {
                long width = session.model().sizes().get("contextWidth");
                compare(session, (model, manager, pass) -> {
                    NDArray vectors =
                            manager.arange(18f * width).mul(0.7f).sin().reshape(3, 6, width);
                    return new Tokens(vectors, new AttentionMask.Padding(manager.create(REAL, new Shape(3, 6))));
                });
            }
        }
    }

    /** Long enough for the kernels to go through it in blocks. */
    @Test
    void distancesInLongTextsAreThoseOfTheReadablePath() {
        float[][] scores = new float[2][];
        for (int i = 0; i < 2; i++) {
            try (Session<TextToTextModel> session = load("t5/tied", TextToTextModel.class, faces()[i])) {
                scores[i] = session.run((model, scope, pass) -> {
                    NDArray ids = scope.arange(0, 600, 1, DataType.INT64)
                            .mul(7)
                            .mod(47)
                            .reshape(2, 300);
                    return model.forward(ids, pass).toFloatArray();
                });
            }
        }
        assertThat(scores[1]).containsExactly(scores[0], within(2e-5f));
    }

    /** A prompt, tokens, then the second input alone as two rows that share it. */
    private static <M extends TextDecoder> void compare(Session<M> session, CachedDecoding.Context<M> context) {
        float[][][] whole = whole(session, context);
        try (CachedDecoding<M> decoding = CachedDecoding.asking(session, model -> model, context, Patience.endless())) {
            assertClose(decoding.next(columns(0, PROMPT)), whole, PROMPT - 1);
            for (int i = PROMPT; i < 6; i++) {
                assertClose(decoding.next(columns(i, i + 1)), whole, i);
            }
            decoding.select(new int[] {1, 1});
            for (int i = 6; i < 8; i++) {
                long[] next = {TARGETS[1][i]};
                float[][] scores = decoding.next(new long[][] {next, next});
                assertThat(scores[0]).containsExactly(whole[1][i], within(2e-5f));
                assertThat(scores[1]).containsExactly(whole[1][i], within(2e-5f));
            }
        }
    }

    /** Scores of all places in one pass, by row and place. */
    private static <M extends TextDecoder> float[][][] whole(Session<M> session, CachedDecoding.Context<M> context) {
        return session.run((model, scope, pass) -> {
            Pass asking = pass.withContext(context.of(model, scope, pass));
            NDArray states = model.states(TextInput.of(scope.create(TARGETS)), asking);
            NDArray logits = model.logits(states, pass); // [rows, tokens, vocabulary]
            float[][][] scores = new float[3][8][];
            for (int row = 0; row < 3; row++) {
                for (int i = 0; i < 8; i++) {
                    scores[row][i] = logits.get("{}, {}", row, i).toFloatArray();
                }
            }
            return scores;
        });
    }

    private static long[][] columns(int first, int end) {
        return Arrays.stream(TARGETS)
                .map(row -> Arrays.copyOfRange(row, first, end))
                .toArray(long[][]::new);
    }

    private static void assertClose(float[][] scores, float[][][] whole, int place) {
        for (int row = 0; row < scores.length; row++) {
            assertThat(scores[row]).containsExactly(whole[row][place], within(2e-5f));
        }
    }

    private static Operations[] faces() {
        return new Operations[] {ReadableOperations.INSTANCE, Kernels.choose(Device.cpu(), Precision.FP32)};
    }

    private static <M extends TextModel> Session<M> load(String name, Class<M> kind, Operations operations) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            return TextModels.load(checkpoint, TextModels.task(checkpoint), kind, operations, Device.cpu());
        }
    }
}
