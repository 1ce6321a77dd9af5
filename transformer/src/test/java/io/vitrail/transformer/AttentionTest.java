package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Self-attention, cross-attention and pooling by attention. Batch 2, tokens 5, width 12, heads 3: no two equal. */
class AttentionTest {
    private static final int WIDTH = 12;
    private static final AttentionConfig CONFIG = AttentionConfig.of(WIDTH, 3);
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void oneHeadOfWidthOneByHand() {
        float log3 = (float) Math.log(3);
        SelfAttention attention = Weights.of(
                new SelfAttention(AttentionConfig.of(1, 1)),
                manager,
                Map.of(
                        "projections.query.bias", new float[] {1}, // every query is 1
                        "projections.key.weight", new float[] {log3}, // scores are x ln 3
                        "projections.value.weight", new float[] {8},
                        "output.weight", new float[] {10},
                        "output.bias", new float[] {0.5f}));
        NDArray x = manager.create(new float[] {0, 1}, new Shape(1, 2, 1));
        // shares 1/4 and 3/4 of the values 0 and 8, for both tokens
        assertThat(attention.forward(x, PASS).toFloatArray())
                .containsExactly(new float[] {60.5f, 60.5f}, within(1e-4f));
    }

    @Test
    void tokensInAnotherOrderGiveTheSameResultsInThatOrder() {
        SelfAttention attention = Weights.random(new SelfAttention(CONFIG), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray y = attention.forward(x, PASS);
        assertThat(y.getShape()).isEqualTo(new Shape(2, 5, WIDTH));
        assertClose(attention.forward(turned(x), PASS), turned(y));
    }

    @Test
    void headsAreApart() {
        SelfAttention attention = Weights.random(new SelfAttention(CONFIG), manager);
        NDArray identity = manager.eye(WIDTH);
        Weights.array(attention, "output.weight").set(identity.toByteBuffer());
        NDArray x = Weights.wave(manager, 1, 5, WIDTH);
        NDArray before = attention.forward(x, PASS);
        NDArray query = Weights.array(attention, "projections.query.weight");
        NDArray changed = query.duplicate();
        changed.set(new NDIndex("4:8"), 0); // the second head's rows
        query.set(changed.toByteBuffer());
        NDArray difference =
                attention.forward(x, PASS).sub(before).abs().get("0").max(new int[] {0}); // [width]
        assertThat(difference.get("0:4").max().getFloat()).isZero();
        assertThat(difference.get("4:8").min().getFloat()).isPositive();
        assertThat(difference.get("8:").max().getFloat()).isZero();
    }

    @Test
    void paddedTokensChangeNothing() {
        SelfAttention attention = Weights.random(new SelfAttention(CONFIG), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray real = manager.create(new float[] {1, 1, 1, 0, 0, 1, 1, 1, 0, 0}, new Shape(2, 5));
        NDArray other =
                NDArrays.concat(new NDList(x.get(":, :3"), x.get(":, 3:").mul(-7)), 1);
        Pass padded = PASS.withMask(new AttentionMask.Padding(real));
        NDArray y = attention.forward(x, padded).get(":, :3");
        assertClose(attention.forward(other, padded).get(":, :3"), y);
        assertClose(attention.forward(x.get(":, :3"), PASS), y); // as if they weren't there
    }

    @Test
    void causalAttentionDoesNotSeeWhatComesLater() {
        SelfAttention attention = Weights.random(new SelfAttention(CONFIG), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray y = attention.forward(x, PASS.withMask(AttentionMask.CAUSAL));
        for (int seen = 1; seen <= 5; seen++) {
            NDArray soFar = attention.forward(x.get(":, :" + seen), PASS.withMask(AttentionMask.CAUSAL));
            assertClose(soFar, y.get(":, :" + seen));
        }
    }

    @Test
    void queriesAndKeysAreTurnedButNotValues() {
        SelfAttention attention = Weights.random(new SelfAttention(CONFIG), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        Rotation doubled = (heads, operations) -> heads.mul(2);
        Trace trace = Trace.of(manager, Set.of(Trace.Stage.ATTENTIONS));
        NDArray q = Weights.array(attention, "projections.query.weight");
        NDArray y = attention.forward(x, PASS.withRotation(doubled).withTrace(trace));
        q.set(q.mul(4).toByteBuffer()); // scores of twice the queries and twice the keys
        NDArray bias = Weights.array(attention, "projections.query.bias");
        bias.set(bias.mul(4).toByteBuffer());
        assertClose(attention.forward(x, PASS), y);
    }

    @Test
    void aTraceHoldsTheSharesOfKeys() {
        SelfAttention attention = Weights.random(new SelfAttention(CONFIG), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        Trace trace = Trace.of(manager, Set.of(Trace.Stage.ATTENTIONS));
        NDArray traced = attention.forward(x, PASS.withTrace(trace).withMask(AttentionMask.CAUSAL));
        assertClose(traced, attention.forward(x, PASS.withMask(AttentionMask.CAUSAL)));
        NDArray shares = trace.recorded().get("attentions.0");
        assertThat(shares.getShape()).isEqualTo(new Shape(2, 3, 5, 5));
        assertClose(shares.sum(new int[] {3}), manager.ones(new Shape(2, 3, 5)));
        assertThat(shares.get("1, 2, 0").toFloatArray()).containsExactly(1, 0, 0, 0, 0);
    }

    @Test
    void preparingMakesOneProductOfThree() {
        SelfAttention attention = Weights.random(new SelfAttention(mixedBiases()), manager);
        assertThat(attention.getParameters().keys()).hasSize(6).noneMatch(name -> name.contains("key_bias"));
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray expected = attention.forward(x, PASS);
        attention.prepareFor(ReadableOperations.INSTANCE);
        assertClose(attention.forward(x, PASS), expected);
    }

    private static AttentionConfig mixedBiases() {
        return new AttentionConfig(WIDTH, 3, Bias.PRESENT, Bias.ABSENT, Bias.PRESENT, Bias.ABSENT);
    }

    @Test
    void crossAttentionToItselfIsSelfAttention() {
        SelfAttention self = Weights.random(new SelfAttention(CONFIG), manager);
        CrossAttention cross = Weights.random(new CrossAttention(CONFIG, WIDTH), manager);
        for (String part : new String[] {"query", "key", "value"}) {
            for (String name : new String[] {".weight", ".bias"}) {
                NDArray from = Weights.array(self, "projections." + part + name);
                Weights.array(cross, part + name).set(from.toByteBuffer());
            }
        }
        Weights.array(cross, "output.weight")
                .set(Weights.array(self, "output.weight").toByteBuffer());
        Weights.array(cross, "output.bias")
                .set(Weights.array(self, "output.bias").toByteBuffer());
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        assertClose(cross.forward(x, PASS.withContext(Tokens.of(x))), self.forward(x, PASS));
    }

    @Test
    void crossAttentionNeedsAContext() {
        CrossAttention attention = Weights.random(new CrossAttention(CONFIG, WIDTH), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> attention.forward(x, PASS))
                .withMessage("Cross-attention asks the pass's context, but the pass has none.");
    }

    @Test
    void crossAttentionAsksTokensOfAnotherWidthInAnyOrder() {
        CrossAttention attention = Weights.random(new CrossAttention(CONFIG, 7), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray context = Weights.wave(manager, 2, 4, 7);
        NDArray y = attention.forward(x, Tokens.of(context), PASS);
        assertThat(y.getShape()).isEqualTo(new Shape(2, 5, WIDTH));
        assertClose(attention.forward(x, Tokens.of(turned(context)), PASS), y);
        assertClose(attention.forward(turned(x), Tokens.of(context), PASS), turned(y));
    }

    @Test
    void paddingOfTheContextChangesNothing() {
        CrossAttention attention = Weights.random(new CrossAttention(CONFIG, 7), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray context = Weights.wave(manager, 2, 4, 7);
        NDArray real = manager.create(new float[] {1, 1, 1, 0, 1, 1, 1, 0}, new Shape(2, 4));
        NDArray y = attention.forward(x, new Tokens(context, new AttentionMask.Padding(real)), PASS);
        assertClose(attention.forward(x, Tokens.of(context.get(":, :3")), PASS), y);
    }

    @Test
    void poolingAsksAllTokensInAnyOrder() {
        EncoderConfig config = new EncoderConfig(WIDTH, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
        AttentionPooling pooling = Weights.random(new AttentionPooling(config), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray pooled = pooling.forward(x, PASS);
        assertThat(pooled.getShape()).isEqualTo(new Shape(2, WIDTH));
        assertThat(pooling.getOutputShapes(new Shape[] {x.getShape()})).containsExactly(pooled.getShape());
        assertClose(pooling.forward(turned(x), PASS), pooled);
        pooling.prepareFor(ReadableOperations.INSTANCE);
        assertClose(pooling.forward(x, PASS), pooled);
    }

    @Test
    void poolingOfEqualTokensIsThatOfOne() {
        EncoderConfig config = new EncoderConfig(WIDTH, 2, 3, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
        AttentionPooling pooling = Weights.random(new AttentionPooling(config), manager);
        NDArray token = Weights.wave(manager, 2, 1, WIDTH);
        assertClose(pooling.forward(token.repeat(1, 6), PASS), pooling.forward(token, PASS));
    }

    @Test
    void poolingAddsTheMlpToWhatWasAsked() {
        EncoderConfig config = new EncoderConfig(2, 1, 1, 3, 1e-6f, Activation.GELU, Bias.PRESENT);
        AttentionPooling pooling = Weights.of(
                new AttentionPooling(config),
                manager,
                Map.of("output.bias", new float[] {1, 2}, "mlp.contract.bias", new float[] {10, 20}));
        NDArray pooled = pooling.forward(Weights.wave(manager, 1, 5, 2), PASS);
        assertThat(pooled.toFloatArray()).containsExactly(11, 22);
    }

    @Test
    void stackedProjectionsAreThreeLayersInOneMatrix() {
        StackedProjections projections = Weights.random(new StackedProjections(WIDTH, 3), manager);
        NDArray x = Weights.wave(manager, 2, 5, WIDTH);
        NDArray weight = Weights.array(projections, "weight");
        NDArray bias = Weights.array(projections, "bias");
        NDArray expected = x.matMul(weight.transpose()).add(bias); // [2, 5, 3 · width]
        assertClose(projections.forward(x, PASS), expected);
        assertClose(projections.query(x, PASS), Heads.split(expected.get(":, :, :12"), 3));
        assertClose(projections.keyValue(x, PASS).k(), Heads.split(expected.get(":, :, 12:24"), 3));
        assertClose(projections.keyValue(x, PASS).v(), Heads.split(expected.get(":, :, 24:"), 3));
        projections.prepareFor(ReadableOperations.INSTANCE);
        assertClose(projections.forward(x, PASS), expected);
        assertThat(projections.getOutputShapes(new Shape[] {x.getShape()})).containsExactly(new Shape(2, 5, 36));
    }

    /** The tokens in the opposite order. */
    private static NDArray turned(NDArray x) {
        return x.flip(1);
    }

    private static void assertClose(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        assertThat(actual.toFloatArray()).containsExactly(expected.toFloatArray(), within(1e-5f));
    }
}
