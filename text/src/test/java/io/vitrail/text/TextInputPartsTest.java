package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a model is given besides ids and mask, it reads or refuses; it never looks over it. */
class TextInputPartsTest {
    private static final long[][] IDS = {{7, 3, 9, 2}, {4, 6, 5, 8}};

    /** A way to read an input. */
    @FunctionalInterface
    private interface Reading {
        NDArray of(TextInput input, Pass pass);
    }

    /** Checkpoints of texts; one of each class of model. */
    static List<Path> checkpoints() {
        List<Path> checkpoints = new ArrayList<>();
        for (String name : List.of(
                "bart/model",
                "bert/masks",
                "bert/decoder_alone",
                "blip_text/encoder_alone",
                "clip_text/model",
                "distilbert/masks",
                "gpt2/masks",
                "gpt2/classification",
                "llama/masks",
                "marian/model",
                "openai_gpt/masks",
                "opt/masks",
                "roberta/padding",
                "siglip_text/model",
                "t5/encoder",
                "t5/tied",
                "trocr/learned")) {
            checkpoints.add(Goldens.folder(name));
        }
        return checkpoints;
    }

    private static List<Reading> readings(TextModel model, NDManager scope) {
        if (model instanceof TextEncoder encoder) {
            return List.of((input, pass) -> encoder.features(input, pass).tokens());
        }
        TextDecoder decoder = (TextDecoder) model;
        if (!(model instanceof TextToTextModel both)) {
            return List.of(decoder::states);
        }
        return List.of(
                (input, pass) -> both.encode(input, pass).vectors(),
                (input, pass) ->
                        both.states(input, pass.withContext(both.encode(TextInput.of(scope.create(IDS)), pass))));
    }

    private static TextInput with(TextInput.Part part, TextModel model, NDManager scope) {
        TextInput input = TextInput.of(scope.create(IDS));
        long width = model.sizes().getOrDefault("width", 8L);
        return switch (part) {
            case VECTORS -> input.withVectors(scope.randomNormal(new Shape(2, 4, width)));
            case SEGMENTS -> input.withSegments(scope.create(new long[][] {{0, 1, 1, 0}, {1, 0, 0, 1}}));
            case PLACES -> input.withPlaces(scope.create(new long[][] {{3, 1, 0, 2}, {2, 0, 3, 1}}));
            case CHOICES -> input.withChoices(2);
        };
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void everyPartIsReadOrRefused(Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Session<TextModel> session = TextModels.load(
                        checkpoint,
                        TextModels.task(checkpoint),
                        TextModel.class,
                        ReadableOperations.INSTANCE,
                        Device.cpu())) {
            session.run((model, scope, pass) -> {
                for (Reading reading : readings(model, scope)) {
                    float[] plain =
                            reading.of(TextInput.of(scope.create(IDS)), pass).toFloatArray();
                    for (TextInput.Part part : TextInput.Part.values()) {
                        boolean byDistance = model instanceof T5 && part == TextInput.Part.PLACES;
                        if (!byDistance) {
                            assertReadOrRefused(reading, with(part, model, scope), part, plain, pass);
                        }
                    }
                }
                return null;
            });
        }
    }

    private static void assertReadOrRefused(
            Reading reading, TextInput input, TextInput.Part part, float[] plain, Pass pass) {
        float[][] read = new float[1][];
        Throwable refusal =
                catchThrowable(() -> read[0] = reading.of(input, pass).toFloatArray());
        if (refusal == null) {
            assertThat(Arrays.equals(read[0], plain))
                    .as("%s has an effect", part)
                    .isFalse();
        } else {
            assertThat(refusal)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("doesn't read [" + part + "]: leave them out.");
        }
    }
}
