package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stack of blocks: order, stages, masks and who frees what. */
class EncoderTest {
    private static final EncoderConfig CONFIG = new EncoderConfig(12, 3, 2, 20, 1e-6f, Activation.GELU, Bias.PRESENT);
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void runsItsBlocksInOrder() {
        Encoder encoder = new Encoder(3, layer -> new Affinity(10, layer + 1));
        NDArray x = manager.full(new Shape(1, 1, 1), 5f);
        assertThat(encoder.forward(x, PASS).getFloat()).isEqualTo(5123); // ((5 · 10 + 1) · 10 + 2) · 10 + 3
        assertThat(encoder.parts()).containsOnlyKeys("0", "1", "2");
    }

    @Test
    void withoutBlocksItChangesNothing() {
        NDArray x = manager.full(new Shape(1, 1, 1), 5f);
        assertThat(new Encoder(0, layer -> new Affinity(10, 1)).forward(x, PASS).getFloat())
                .isEqualTo(5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Encoder(-1, layer -> new Affinity(10, 1)))
                .withMessage("depth (-1) must not be negative");
    }

    @Test
    void masksAreComputedOnceForAllBlocks() {
        List<AttentionMask> masks = new ArrayList<>();
        Encoder encoder = new Encoder(3, layer -> new MaskReader(masks));
        AttentionMask padding = new AttentionMask.Padding(manager.ones(new Shape(2, 5)));
        AttentionMask ofContext = new AttentionMask.Padding(manager.ones(new Shape(2, 4)));
        Tokens context = new Tokens(manager.ones(new Shape(2, 4, 7)), ofContext);
        NDArray x = manager.ones(new Shape(2, 5, 12));
        encoder.forward(x, PASS.withMask(AttentionMask.CAUSAL.and(padding)).withContext(context));
        assertThat(masks).hasSize(6);
        assertThat(masks.get(0)).isInstanceOf(AttentionMask.Both.class).isSameAs(masks.get(2));
        assertThat(masks.get(1)).isInstanceOf(AttentionMask.Bias.class).isSameAs(masks.get(5));
    }

    @Test
    void tracesTheEmbeddingAndEachLayer() {
        Encoder encoder = Weights.random(CONFIG.preNormEncoder(), manager);
        NDArray x = Weights.wave(manager, 2, 5, 12);
        float[] embedding = x.toFloatArray();
        Trace trace = Trace.of(manager, Set.of(Trace.Stage.HIDDEN_STATES, Trace.Stage.ATTENTIONS));
        NDArray y = encoder.forward(x, PASS.withTrace(trace));
        assertThat(trace.recorded().keySet())
                .containsExactly(
                        "hidden_states.0",
                        "attentions.0",
                        "hidden_states.1",
                        "attentions.1",
                        "hidden_states.2",
                        "attentions.2",
                        "hidden_states.3");
        assertThat(trace.recorded().get("hidden_states.0").toFloatArray()).containsExactly(embedding);
        assertThat(trace.recorded().get("hidden_states.3").toFloatArray()).containsExactly(y.toFloatArray());
    }

    @Test
    void tokensBringTheirMask() {
        Encoder encoder = Weights.random(CONFIG.preNormEncoder(), manager);
        NDArray x = Weights.wave(manager, 2, 5, 12);
        float[] expected = encoder.forward(x.get(":, :4"), PASS).toFloatArray();
        NDArray real = manager.create(new float[] {1, 1, 1, 1, 0, 1, 1, 1, 1, 0}, new Shape(2, 5));
        Tokens tokens = new Tokens(x, new AttentionMask.Padding(real));
        Tokens result = encoder.forward(tokens, PASS);
        assertThat(result.mask()).isSameAs(tokens.mask());
        assertThat(result.vectors().get(":, :4").toFloatArray()).containsExactly(expected, within(1e-5f));
    }

    @Test
    void masksOfThePassHoldToo() {
        Encoder encoder = Weights.random(CONFIG.preNormEncoder(), manager);
        NDArray x = Weights.wave(manager, 2, 5, 12);
        float[] expected = encoder.forward(x.get(":, :2"), PASS.withMask(AttentionMask.CAUSAL))
                .toFloatArray();
        Tokens result = encoder.forward(Tokens.of(x), PASS.withMask(AttentionMask.CAUSAL));
        assertThat(result.vectors().get(":, :2").toFloatArray()).containsExactly(expected, within(1e-5f));
    }

    @Test
    void aPassLeavesOnlyItsResult() {
        Encoder encoder = Weights.random(CONFIG.preNormEncoder(), manager);
        NDArray x = Weights.wave(manager, 2, 5, 12);
        int before = manager.getManagedArrays().size();
        NDArray y = encoder.forward(x, PASS);
        assertThat(x.isReleased()).isTrue();
        assertThat(y.getManager()).isSameAs(manager);
        assertThat(manager.getManagedArrays()).hasSize(before); // the result in place of x
    }

    @Test
    void eachLayerStartsWithoutTheIntermediatesOfTheOneBefore() {
        List<Integer> alive = new ArrayList<>();
        PreNormBlock block = new PreNormBlock(norm(), attention(), norm(), new Mlp(12, 20, Activation.GELU));
        Encoder encoder = Weights.random(new Encoder(4, layer -> new Spy(layer == 0 ? block : copy(), alive)), manager);
        encoder.forward(Weights.wave(manager, 2, 5, 12), PASS);
        assertThat(alive).containsExactly(1, 1, 1, 1); // x alone
    }

    private static TensorBlock copy() {
        return new PreNormBlock(norm(), attention(), norm(), new Mlp(12, 20, Activation.GELU));
    }

    private static TensorBlock norm() {
        return CONFIG.norm();
    }

    private static TensorBlock attention() {
        return new SelfAttention(CONFIG.attention());
    }

    @Test
    void preparingForReadableOperationsChangesNothing() {
        Encoder encoder = Weights.random(CONFIG.preNormEncoder(), manager);
        NDArray x = Weights.wave(manager, 2, 5, 12);
        float[] expected = encoder.forward(x.duplicate(), PASS).toFloatArray();
        encoder.prepareFor(ReadableOperations.INSTANCE);
        assertThat(encoder.forward(x, PASS).toFloatArray()).containsExactly(expected, within(1e-5f));
    }

    @Test
    void operationsOfLowerPrecisionServeBetweenItsBorders() {
        Encoder encoder = new Encoder(2, layer -> new Affinity(2, 0));
        Trace trace = Trace.of(manager, Set.of(Trace.Stage.HIDDEN_STATES));
        NDArray x = manager.full(new Shape(1, 1, 1), 3.75f);
        NDArray y = encoder.forward(x, Pass.inference(new Whole()).withTrace(trace));
        assertThat(y.getFloat()).isEqualTo(12.5f); // 3.75 enters as 3, and 12 leaves as 12.5
        assertThat(trace.recorded().values().stream().map(NDArray::getFloat))
                .containsExactly(3.75f, 6.5f, 12.5f); // outside the border, too
    }

    /** Whole numbers inside an encoder; a half is added on the way out, so that it shows. */
    private static final class Whole extends ForwardingOperations {
        Whole() {
            super(ReadableOperations.INSTANCE);
        }

        @Override
        public Operations within() {
            return this;
        }

        @Override
        public NDArray enter(NDArray x) {
            return x.floor();
        }

        @Override
        public NDArray leave(NDArray x) {
            return x.add(0.5f);
        }
    }

    /** Notes the masks of the stream and of the context. */
    private static final class MaskReader extends TensorBlock {
        private final List<AttentionMask> masks;

        MaskReader(List<AttentionMask> masks) {
            this.masks = masks;
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            masks.add(pass.mask());
            masks.add(pass.context().orElseThrow().mask());
            return x;
        }
    }

    /** x · factor + shift. */
    private static final class Affinity extends TensorBlock {
        private final float factor;
        private final float shift;

        Affinity(float factor, float shift) {
            this.factor = factor;
            this.shift = shift;
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return x.mul(factor).add(shift);
        }
    }

    /** Counts what is alive in a layer's scope when it begins. */
    private static final class Spy extends TensorBlock {
        private final TensorBlock block;
        private final List<Integer> alive;

        Spy(TensorBlock block, List<Integer> alive) {
            this.block = part("block", block);
            this.alive = alive;
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            alive.add(x.getManager().getManagedArrays().size());
            return block.forward(x, pass);
        }
    }
}
