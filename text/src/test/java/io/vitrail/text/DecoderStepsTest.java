package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.KeyValueCache;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text that is read step by step, with what earlier steps left in a cache, is read as in one pass. */
class DecoderStepsTest {
    private static final long[][] TEXTS = {{7, 12, 9, 30, 5, 17, 21, 8, 33, 11}, {39, 6, 14, 14, 25, 10, 31, 19, 5, 28}
    };
    private static final long[] STEPS = {4, 1, 1, 3, 1};

    /** Operations, and how near results have to come. */
    private enum Face {
        READABLE(ReadableOperations.INSTANCE, 1e-5f),
        FAST(Kernels.choose(Device.cpu(), Precision.FP32), 1e-5f),
        FAST_BF16(Kernels.choose(Device.cpu(), Precision.BF16), 0.02f);

        private final Operations operations;
        private final float tolerance;

        Face(Operations operations, float tolerance) {
            this.operations = operations;
            this.tolerance = tolerance;
        }
    }

    /** Not dynamic ones: they turn each step by the length so far. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai_gpt/masks",
                "gpt2/masks",
                "gpt2/asks",
                "gpt2/scaled_by_layer",
                "opt/masks",
                "opt/post_norm",
                "llama/masks",
                "llama/rope_yarn",
                "qwen2/windows",
                "qwen2/layer_types",
                "mistral/windows"
            })
    void stepsEqualTheWhole(String name) {
        for (Face face : Face.values()) {
            try (Session<TextDecoder> session = load(name, face.operations)) {
                session.run((model, scope, pass) -> {
                    NDArray whole = model.states(TextInput.of(scope.create(TEXTS)), pass);
                    NDArray steps = inSteps(model, scope.create(TEXTS), AttentionMask.NONE, scope, pass);
                    assertClose(steps, whole, face);
                    return null;
                });
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"openai_gpt/masks", "gpt2/masks", "opt/masks", "llama/masks", "qwen2/windows", "mistral/windows"
            })
    void paddingOnTheLeftChangesNothing(String name) {
        for (Face face : Face.values()) {
            try (Session<TextDecoder> session = load(name, face.operations)) {
                session.run((model, scope, pass) -> {
                    NDArray ids = scope.create(TEXTS);
                    NDArray real = scope.ones(new Shape(2, 10));
                    real.set(new float[] {0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
                    NDArray steps = inSteps(model, ids, new AttentionMask.Padding(real), scope, pass);
                    NDArray alone = model.states(TextInput.of(ids.get("0:1, 3:")), pass);
                    assertClose(steps.get("0:1, 3:"), alone, face);
                    assertClose(steps.get("1:"), model.states(TextInput.of(ids.get("1:")), pass), face);
                    return null;
                });
            }
        }
    }

    /** The states of all tokens; places are counted from the first that isn't padding. */
    private static NDArray inSteps(TextDecoder model, NDArray ids, AttentionMask mask, NDManager scope, Pass pass) {
        KeyValueCache cache = new KeyValueCache(scope);
        NDList states = new NDList();
        long first = 0;
        for (long count : STEPS) {
            long end = first + count;
            TextInput input = TextInput.of(ids.get(":, {}:{}", first, end));
            if (mask instanceof AttentionMask.Padding padding) {
                NDArray real = padding.real().get(":, :{}", end);
                NDArray places = real.cumSum(1).sub(1).clip(0, 100).get(":, {}:{}", first, end);
                input = input.hiding(new AttentionMask.Padding(real))
                        .withPlaces(places.toType(ids.getDataType(), false));
            }
            states.add(model.states(input, pass.withCache(cache)));
            cache.advance(2, count);
            first = end;
        }
        return NDArrays.concat(states, 1);
    }

    private static void assertClose(NDArray actual, NDArray expected, Face face) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        float distance =
                actual.sub(expected).norm().getFloat() / expected.norm().getFloat();
        assertThat(distance).as(face.name()).isLessThan(face.tolerance);
    }

    private static Session<TextDecoder> load(String name, Operations operations) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            return TextModels.load(
                    checkpoint, TextModels.task(checkpoint), TextDecoder.class, operations, Device.cpu());
        }
    }
}
