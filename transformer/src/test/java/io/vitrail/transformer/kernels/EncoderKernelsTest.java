package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.GatedMlp;
import io.vitrail.transformer.LayerScale;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.RmsNorm;
import io.vitrail.transformer.ScaledPreNormBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Trace;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole encoders, prepared and run by kernels, equal the readable ones. */
class EncoderKernelsTest {
    private static final int WIDTH = 24;
    private static final int TOKENS = 7;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void preNorm(Face face) {
        assertEqual(face, () -> new PreNormBlock(norm(), attention(), norm(), new Mlp(WIDTH, 40, Activation.GELU)));
    }

    @ParameterizedTest
    @EnumSource
    void postNorm(Face face) {
        assertEqual(face, () -> new PostNormBlock(attention(), norm(), new Mlp(WIDTH, 40, Activation.RELU), norm()));
    }

    @ParameterizedTest
    @EnumSource
    void layerScaleAndGate(Face face) {
        assertEqual(
                face,
                () -> new ScaledPreNormBlock(
                        new RmsNorm(WIDTH, 1e-6f),
                        attention(),
                        new LayerScale(WIDTH, 0.7f),
                        new RmsNorm(WIDTH, 1e-6f),
                        new GatedMlp(WIDTH, 20, Activation.SILU, Bias.ABSENT),
                        new LayerScale(WIDTH, 0.3f)));
    }

    private static TensorBlock norm() {
        return new TokenNorm(WIDTH, 1e-6f);
    }

    private static TensorBlock attention() {
        return new SelfAttention(AttentionConfig.of(WIDTH, 3));
    }

    private void assertEqual(Face face, Supplier<TensorBlock> block) {
        Encoder encoder = encoder(block);
        NDArray x = manager.randomNormal(new Shape(2, TOKENS, WIDTH));
        NDArray real = manager.ones(new Shape(2, TOKENS));
        real.set(new ai.djl.ndarray.index.NDIndex("1, 5:"), 0);
        AttentionMask mask = new AttentionMask.Padding(real);
        Trace expected = traced(encoder, x, ReadableOperations.INSTANCE, mask);
        encoder.prepareFor(face.outside());
        Trace actual = traced(encoder, x, face.outside(), mask);
        assertThat(actual.recorded().keySet())
                .containsExactlyElementsOf(expected.recorded().keySet());
        actual.recorded().forEach((stage, value) -> assertThat(
                        face.distance(value, expected.recorded().get(stage)))
                .as(stage)
                .isLessThan(face.tolerance()));
    }

    /** The result is recorded too, from a pass without attentions: these are computed readably. */
    private Trace traced(Encoder encoder, NDArray x, Operations operations, AttentionMask mask) {
        Trace trace = Trace.of(manager, Set.of(Trace.Stage.HIDDEN_STATES, Trace.Stage.ATTENTIONS));
        Pass pass = Pass.inference(operations).withMask(mask);
        encoder.forward(x.duplicate(), pass.withTrace(trace));
        trace.record("result", encoder.forward(x.duplicate(), pass));
        return trace;
    }

    @ParameterizedTest
    @EnumSource
    void aPassLeavesOnlyItsResult(Face face) {
        Encoder encoder = prepared(face);
        NDArray x = manager.randomNormal(new Shape(2, TOKENS, WIDTH));
        int before = manager.getManagedArrays().size();
        encoder.forward(x, Pass.inference(face.outside()));
        assertThat(manager.getManagedArrays()).hasSize(before); // the result in place of x
    }

    @ParameterizedTest
    @EnumSource
    void preparingReplacesTheWeights(Face face) {
        int before = manager.getManagedArrays().size();
        Encoder encoder = encoder(EncoderKernelsTest::preNormBlock);
        int loaded = manager.getManagedArrays().size() - before;
        encoder.prepareFor(face.outside());
        int savedByStacking = 2 * 2 * 2; // in 2 blocks, 2 projections fewer with weight and bias each
        assertThat(manager.getManagedArrays()).hasSize(before + loaded - savedByStacking);
    }

    @ParameterizedTest
    @EnumSource
    void threadsGetTheSameBits(Face face) {
        Encoder encoder = prepared(face);
        NDArray x = manager.randomNormal(new Shape(1, TOKENS, WIDTH));
        float[] alone = run(encoder, x, face);
        List<float[]> together = IntStream.range(0, 24)
                .parallel()
                .mapToObj(i -> run(encoder, x, face))
                .toList();
        assertThat(together).allSatisfy(result -> assertThat(result).isEqualTo(alone));
    }

    private float[] run(Encoder encoder, NDArray x, Face face) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray copy = x.duplicate();
            copy.attach(scope);
            return encoder.forward(copy, Pass.inference(face.outside())).toFloatArray();
        }
    }

    private Encoder prepared(Face face) {
        Encoder encoder = encoder(EncoderKernelsTest::preNormBlock);
        encoder.prepareFor(face.outside());
        return encoder;
    }

    private static TensorBlock preNormBlock() {
        return new PreNormBlock(norm(), attention(), norm(), new Mlp(WIDTH, 40, Activation.GELU));
    }

    /** Two blocks with random weights. */
    private Encoder encoder(Supplier<TensorBlock> block) {
        Encoder encoder = new Encoder(2, i -> block.get());
        encoder.initialize(manager, DataType.FLOAT32, new Shape(2, TOKENS, WIDTH));
        encoder.getParameters().forEach(parameter -> {
            NDArray value = parameter.getValue().getArray();
            NDArray random = manager.randomNormal(0, 0.2f, value.getShape(), DataType.FLOAT32);
            value.set(value.add(random).toByteBuffer());
        });
        return encoder;
    }
}
