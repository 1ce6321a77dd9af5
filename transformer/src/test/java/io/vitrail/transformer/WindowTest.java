package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention whose tokens see the nearest ones only. Grouped heads: 6 ask 2. */
class WindowTest {
    private static final int WIDTH = 12;
    private static final int WINDOW = 3;
    private static final AttentionConfig CONFIG = AttentionConfig.of(WIDTH, 6).withKeyValueHeads(2);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    static List<Operations> operations() {
        return List.of(ReadableOperations.INSTANCE, Kernels.choose(Device.cpu(), Precision.FP32));
    }

    private SelfAttention attention(Operations operations) {
        AttentionMask window = new AttentionMask.Window(WINDOW);
        SelfAttention attention = Weights.random(new SelfAttention(CONFIG, window), manager);
        attention.prepareFor(operations);
        return attention;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aTokenIsAsIfOnlyTheNearestWereThere(Operations operations) {
        SelfAttention attention = attention(operations);
        NDArray x = Weights.wave(manager, 2, 8, WIDTH);
        Pass pass = Pass.inference(operations);
        NDArray y = attention.forward(x, pass);
        for (int last = 0; last < 8; last++) {
            NDArray near = x.get(":, {}:{}", Math.max(0, last - WINDOW + 1), last + 1);
            assertClose(
                    y.get(":, {}:{}", last, last + 1),
                    attention.forward(near, pass).get(":, -1:"));
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void stepsEqualOnePassAndLookAtNoOthers(Operations operations) {
        SelfAttention attention = attention(operations);
        NDArray x = Weights.wave(manager, 2, 9, WIDTH);
        NDArray real = manager.ones(new Shape(2, 9));
        real.set(new float[] {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        AttentionMask padding = new AttentionMask.Padding(real);
        NDArray whole = attention.forward(x, Pass.inference(operations).withMask(padding));
        Lengths watched = new Lengths(operations);
        KeyValueCache cache = new KeyValueCache(manager);
        NDList steps = new NDList();
        long[] ends = {4, 5, 6, 8, 9};
        long first = 0;
        for (long end : ends) {
            AttentionMask soFar = new AttentionMask.Padding(real.get(":, :{}", end));
            Pass pass = Pass.inference(watched).withMask(soFar).withCache(cache);
            steps.add(attention.forward(x.get(":, {}:{}", first, end), pass));
            cache.advance(2, end - first);
            first = end;
        }
        assertClose(NDArrays.concat(steps, 1).get(":, 2:"), whole.get(":, 2:")); // what stands before is padding
        assertThat(watched.keys).containsExactly(4L, 3L, 3L, 8L, 3L);
    }

    private static void assertClose(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        assertThat(actual.sub(expected).abs().max().getFloat()).isLessThan(2e-5f);
    }

    /** Notes how many keys each attention is given. */
    private static final class Lengths extends ForwardingOperations {
        private final List<Long> keys = new ArrayList<>();

        Lengths(Operations operations) {
            super(operations);
        }

        @Override
        public NDArray attention(NDArray q, NDArray k, NDArray v, AttentionMask mask, float scale) {
            keys.add(k.getShape().get(2));
            return super.attention(q, k, v, mask, scale);
        }

        @Override
        public Operations within() {
            return this;
        }
    }
}
