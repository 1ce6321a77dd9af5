package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that read words read vectors in their place, too. */
class WordVectorsTest {
    private static final long[][] TEXTS = {{7, 12, 9, 30, 5}, {39, 6, 14, 14, 25}};

    private static Session<TextDecoder> load(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            return TextModels.load(
                    checkpoint,
                    TextModels.task(checkpoint),
                    TextDecoder.class,
                    ReadableOperations.INSTANCE,
                    Device.cpu());
        }
    }

    /** What a model makes of texts; one that answers is asked for its answer to them. */
    private static float[] read(TextDecoder model, TextInput texts, NDManager scope, Pass pass) {
        if (!(model instanceof TextToTextModel both)) {
            return model.states(texts, pass).toFloatArray();
        }
        Tokens source = both.encode(texts, pass);
        return both.states(TextInput.of(scope.create(TEXTS)), pass.withContext(source))
                .toFloatArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama/masks",
                "mistral/windows",
                "qwen2/windows",
                "opt/masks",
                "opt/post_norm",
                "gpt2/masks",
                "t5/tied"
            })
    void vectorsOfWordsAreReadAsTheWords(String name) {
        try (Session<TextDecoder> session = load(name)) {
            session.run((model, scope, pass) -> {
                NDArray ids = scope.create(TEXTS);
                float[] expected = read(model, TextInput.of(ids), scope, pass);
                TextInput others = TextInput.of(ids.add(1)).withVectors(model.embed(ids, pass));
                assertThat(read(model, others, scope, pass)).containsExactly(expected, within(1e-6f));
                return null;
            });
        }
    }

    @Test
    void vectorsOfAnotherWidthAreRefused() {
        try (Session<TextDecoder> session = load("llama/masks")) {
            session.run((model, scope, pass) -> {
                long width = model.sizes().get("width");
                TextInput wide = TextInput.of(scope.create(TEXTS)).withVectors(scope.zeros(new Shape(2, 5, width + 1)));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> model.states(wide, pass))
                        .withMessage("Tokens are %d wide; the model's are %d.", width + 1, width);
                return null;
            });
        }
    }

    @Test
    void vectorsAreOneForEachToken() {
        try (Session<TextDecoder> session = load("llama/masks")) {
            session.run((model, scope, pass) -> {
                TextInput texts = TextInput.of(scope.create(TEXTS));
                for (NDArray vectors : new NDArray[] {
                    scope.zeros(new Shape(2, 4, 8)),
                    scope.zeros(new Shape(2, 5)),
                    scope.zeros(new Shape(2, 5, 8), DataType.INT64)
                }) {
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> texts.withVectors(vectors))
                            .withMessageStartingWith("Tokens' vectors must be float32, [batch, tokens, width]");
                }
                return null;
            });
        }
    }

    @Test
    void modelsThatReadNothingButIdsSaySo() {
        try (Session<TextDecoder> session = load("openai_gpt/masks")) {
            session.run((model, scope, pass) -> {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> model.embed(scope.create(TEXTS), pass))
                        .withMessage(
                                "Gpt1 reads nothing but words; Llama and its kin, OPT, GPT-2 and T5 read others among"
                                        + " them.");
                return null;
            });
        }
    }
}
