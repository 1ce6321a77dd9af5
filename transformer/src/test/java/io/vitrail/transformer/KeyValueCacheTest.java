package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps with a cache compute what one pass over all tokens does. */
class KeyValueCacheTest {
    private static final int WIDTH = 12;
    private static final int TOKENS = 150; // the first room holds 69, so that it grows twice

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    static Stream<Operations> operations() {
        DjlEngine.get();
        return Stream.of(ReadableOperations.INSTANCE, Kernels.choose(Device.cpu(), Precision.FP32));
    }

    private Encoder decoder(Operations operations) {
        AttentionConfig grouped =
                AttentionConfig.of(WIDTH, 6).withKeyValueHeads(2).withHeadWidth(4);
        Encoder decoder = new Encoder(
                2,
                i -> new PreNormDecoderBlock(
                        new TokenNorm(WIDTH, 1e-5f),
                        new SelfAttention(grouped),
                        new TokenNorm(WIDTH, 1e-5f),
                        new CrossAttention(AttentionConfig.of(WIDTH, 3), 7),
                        new TokenNorm(WIDTH, 1e-5f),
                        new Mlp(WIDTH, 20, Activation.GELU)));
        Weights.random(decoder, manager);
        decoder.prepareFor(operations);
        return decoder;
    }

    private static Pass causal(Operations operations, Tokens context) {
        return Pass.inference(operations).withMask(AttentionMask.CAUSAL).withContext(context);
    }

    private static NDArray step(Encoder decoder, NDArray x, Pass pass, KeyValueCache cache) {
        NDArray y = decoder.forward(x.duplicate(), pass.withCache(cache));
        cache.advance(Math.toIntExact(x.getShape().get(0)), x.getShape().get(1));
        return y;
    }

    @ParameterizedTest
    @MethodSource("operations")
    void stepsEqualOnePass(Operations operations) {
        Encoder decoder = decoder(operations);
        NDArray x = Weights.wave(manager, 2, TOKENS, WIDTH);
        Pass pass = causal(operations, Tokens.of(Weights.wave(manager, 2, 4, 7)));
        NDArray expected = decoder.forward(x.duplicate(), pass);
        KeyValueCache cache = new KeyValueCache(manager);
        NDList steps = new NDList();
        steps.add(step(decoder, x.get(":, :5"), pass, cache));
        steps.add(step(decoder, x.get(":, 5:8"), pass, cache)); // several at once see each other causally
        for (int i = 8; i < TOKENS; i++) {
            steps.add(step(decoder, x.get(":, {}:{}", i, i + 1), pass, cache));
        }
        assertThat(cache.length()).isEqualTo(TOKENS);
        assertClose(NDArrays.concat(steps, 1), expected);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void rowsGoOnFromTheirParents(Operations operations) {
        Encoder decoder = decoder(operations);
        NDArray x = Weights.wave(manager, 2, 6, WIDTH);
        NDArray context = Weights.wave(manager, 2, 4, 7);
        KeyValueCache cache = new KeyValueCache(manager);
        Pass pass = causal(operations, Tokens.of(context));
        step(decoder, x.get(":, :5"), pass, cache);
        cache.select(new int[] {0, 0, 1, 1}, operations.within()); // two beams of each input
        NDArray next = Weights.wave(manager, 4, 1, WIDTH);
        step(decoder, next, pass, cache);
        cache.select(new int[] {1, 0, 3, 3}, operations.within());
        NDArray last = Weights.wave(manager, 4, 2, WIDTH).get(":, 1:");
        NDArray y = step(decoder, last, pass, cache);
        int[] inputs = {0, 0, 1, 1};
        int[] parents = {1, 0, 3, 3};
        for (int row = 0; row < 4; row++) {
            NDArray sequence = NDArrays.concat(
                    new NDList(row(x, inputs[row]).get(":, :5"), row(next, parents[row]), row(last, row)), 1);
            NDArray expected = decoder.forward(sequence, causal(operations, Tokens.of(row(context, inputs[row]))));
            assertClose(row(y, row), expected.get(":, 6:"));
        }
        cache.select(new int[] {2, 3}, operations.within()); // the first input is done
        cache.selectContexts(new int[] {1}, operations.within());
        NDArray more = Weights.wave(manager, 2, 1, WIDTH);
        NDArray z = step(decoder, more, causal(operations, Tokens.of(row(context, 1))), cache);
        NDArray sequence =
                NDArrays.concat(new NDList(row(x, 1).get(":, :5"), row(next, 3), row(last, 2), row(more, 0)), 1);
        NDArray expected = decoder.forward(sequence, causal(operations, Tokens.of(row(context, 1))));
        assertClose(row(z, 0), expected.get(":, 7:"));
    }

    private static NDArray row(NDArray x, int number) {
        return x.get("{}:{}", number, number + 1);
    }

    private static void assertClose(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        assertThat(actual.sub(expected).abs().max().getFloat()).isLessThan(2e-5f);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void groupsOfHeadsAskTheSameKeys(Operations operations) {
        NDArray q = Weights.wave(manager, 2, 6, 5, 4);
        NDArray k = Weights.wave(manager, 2, 2, 5, 4);
        NDArray v = Weights.wave(manager, 2, 2, 5, 4).mul(2);
        NDArray repeatedK = k.repeat(1, 3);
        NDArray repeatedV = v.repeat(1, 3);
        NDArray real = manager.create(new float[] {1, 1, 1, 0, 1, 1, 1, 1, 1, 0}, new Shape(2, 5));
        AttentionMask padding = new AttentionMask.Padding(real);
        for (AttentionMask mask : new AttentionMask[] {
            AttentionMask.NONE, padding, AttentionMask.CAUSAL, AttentionMask.CAUSAL.and(padding)
        }) {
            Pass pass = Pass.inference(operations).withMask(mask);
            assertClose(Attention.of(q, k, v, 0.5f, pass), Attention.of(q, repeatedK, repeatedV, 0.5f, pass));
        }
    }

    @Test
    void unknownRowsAreRefused() {
        KeyValueCache cache = new KeyValueCache(manager);
        cache.advance(2, 3);
        assertThatThrownBy(() -> cache.select(new int[] {0, 2}, ReadableOperations.INSTANCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Row 2 isn't among the 2 of the cache.");
    }

    @Test
    void nothingIsLeftBehindButTheRooms() {
        Operations operations = Kernels.choose(Device.cpu(), Precision.FP32);
        Encoder decoder = decoder(operations);
        try (NDManager owner = manager.newSubManager()) {
            KeyValueCache cache = new KeyValueCache(owner);
            Pass pass = causal(operations, Tokens.of(Weights.wave(manager, 1, 4, 7)));
            for (int i = 0; i < 3; i++) {
                try (NDManager scope = manager.newSubManager()) {
                    NDArray x = scope.create(new float[WIDTH], new Shape(1, 1, WIDTH));
                    step(decoder, x, pass, cache);
                    cache.select(new int[] {0}, operations.within());
                }
            }
            assertThat(owner.getManagedArrays()).hasSize(8); // two layers, keys and values, of both streams
        }
    }
}
