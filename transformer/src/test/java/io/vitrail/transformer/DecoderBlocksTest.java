package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks that ask a context between their two halves. */
class DecoderBlocksTest {
    private static final int WIDTH = 12;
    private static final int CONTEXT_WIDTH = 7;
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    /** The same parts as an encoder's block and as a decoder's. */
    private record Pair(TensorBlock encoder, TensorBlock decoder) {}

    static Stream<Named<Pair>> pairs() {
        DjlEngine.get();
        return Stream.of(Named.of("pre-norm", preNorm()), Named.of("post-norm", postNorm()));
    }

    private static Pair preNorm() {
        TokenNorm norm1 = norm();
        TokenNorm norm2 = norm();
        SelfAttention attention = attention();
        Mlp mlp = mlp();
        return new Pair(
                new PreNormBlock(norm1, attention, norm2, mlp),
                new PreNormDecoderBlock(norm1, attention, norm(), asking(), norm2, mlp));
    }

    private static Pair postNorm() {
        TokenNorm norm1 = norm();
        TokenNorm norm2 = norm();
        SelfAttention attention = attention();
        Mlp mlp = mlp();
        return new Pair(
                new PostNormBlock(attention, norm1, mlp, norm2),
                new PostNormDecoderBlock(attention, norm1, asking(), norm(), mlp, norm2));
    }

    private static TokenNorm norm() {
        return new TokenNorm(WIDTH, 1e-5f);
    }

    private static SelfAttention attention() {
        return new SelfAttention(AttentionConfig.of(WIDTH, 3));
    }

    private static CrossAttention asking() {
        return new CrossAttention(AttentionConfig.of(WIDTH, 3), CONTEXT_WIDTH);
    }

    private static Mlp mlp() {
        return new Mlp(WIDTH, 20, Activation.RELU);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void withoutAContextItIsTheEncodersBlock(Pair pair) {
        Weights.random(pair.decoder(), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray alone = pair.decoder().forward(x, PASS);
        assertThat(alone).isEqualTo(pair.encoder().forward(x, PASS));
        NDArray asking = pair.decoder().forward(x, PASS.withContext(Tokens.of(context())));
        assertThat(asking.getShape()).isEqualTo(alone.getShape());
        assertThat(asking.sub(alone).abs().min().getFloat()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void hiddenTokensOfTheContextChangeNothing(Pair pair) {
        Weights.random(pair.decoder(), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray real = manager.create(new float[] {1, 1, 1, 0, 1, 1, 1, 0}, new Shape(2, 4));
        Tokens hidden = new Tokens(context(), new AttentionMask.Padding(real));
        NDArray y = pair.decoder().forward(x, PASS.withContext(hidden));
        NDArray shorter =
                pair.decoder().forward(x, PASS.withContext(Tokens.of(context().get(":, :3"))));
        assertThat(y.sub(shorter).abs().max().getFloat()).isLessThan(1e-5f);
    }

    private NDArray context() {
        return Weights.wave(manager, 2, 4, CONTEXT_WIDTH);
    }

    @Test
    void aTraceTellsBothKindsOfAttentionApart() {
        EncoderConfig config = new EncoderConfig(WIDTH, 2, 3, 20, 1e-5f, Activation.RELU, Bias.PRESENT);
        Encoder decoder = Weights.random(config.postNormDecoder(CONTEXT_WIDTH), manager);
        Trace trace = Trace.of(manager, EnumSet.allOf(Trace.Stage.class));
        Pass pass = PASS.withContext(Tokens.of(context())).withTrace(trace.prefixed("decoder_"));
        decoder.forward(Weights.wave(manager, 2, 5, WIDTH), pass);
        assertThat(trace.recorded().keySet())
                .containsExactly(
                        "decoder_hidden_states.0",
                        "decoder_attentions.0",
                        "cross_attentions.0",
                        "decoder_hidden_states.1",
                        "decoder_attentions.1",
                        "cross_attentions.1",
                        "decoder_hidden_states.2");
        assertThat(trace.recorded().get("decoder_attentions.1").getShape()).isEqualTo(new Shape(2, 3, 5, 5));
        assertThat(trace.recorded().get("cross_attentions.1").getShape()).isEqualTo(new Shape(2, 3, 5, 4));
    }
}
