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
import io.vitrail.transformer.CrossAttention;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.KeyValueCache;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.PreNormDecoderBlock;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of a decoder, with rooms that grow, are reordered and forgotten, equal a readable pass over all tokens. */
class StepDecoderTest {
    private static final int WIDTH = 24;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Encoder readable = decoder(ReadableOperations.INSTANCE);

    @AfterEach
    void free() {
        manager.close();
    }

    private Encoder decoder(Operations operations) {
        AttentionConfig grouped =
                AttentionConfig.of(WIDTH, 6).withKeyValueHeads(2).withHeadWidth(5);
        Encoder decoder = new Encoder(
                2,
                i -> new PreNormDecoderBlock(
                        new TokenNorm(WIDTH, 1e-5f),
                        new SelfAttention(grouped),
                        new TokenNorm(WIDTH, 1e-5f),
                        new CrossAttention(AttentionConfig.of(WIDTH, 3), 7),
                        new TokenNorm(WIDTH, 1e-5f),
                        new Mlp(WIDTH, 40, Activation.GELU_TANH)));
        DjlEngine.get().setRandomSeed(11);
        decoder.initialize(manager, DataType.FLOAT32, new Shape(1));
        decoder.getParameters().values().forEach(parameter -> {
            NDArray weight = parameter.getArray();
            weight.set(weight.add(normal(weight.getShape()).mul(0.3f)).toByteBuffer());
        });
        decoder.prepareFor(operations);
        return decoder;
    }

    private NDArray normal(Shape shape) {
        return manager.randomNormal(shape);
    }

    private NDArray normal(long... shape) {
        return normal(new Shape(shape));
    }

    private static Pass pass(Operations operations, NDArray context) {
        return Pass.inference(operations).withMask(AttentionMask.CAUSAL).withContext(Tokens.of(context));
    }

    private NDArray expected(NDArray x, NDArray context) {
        return readable.forward(x.duplicate(), pass(ReadableOperations.INSTANCE, context));
    }

    private static void assertNear(NDArray actual, NDArray expected, float tolerance) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        assertThat(StepFace.distance(actual, expected)).isLessThan(tolerance);
    }

    /** One generation: what was written so far, and its cache. */
    private static final class Writing {
        private final Operations operations;
        private final Encoder decoder;
        private final KeyValueCache cache;
        private final Pass pass;

        Writing(StepDecoderTest test, StepFace face, NDArray context) {
            operations = face.outside();
            decoder = test.decoder(operations);
            cache = new KeyValueCache(test.manager);
            pass = pass(operations, context).withCache(cache);
        }

        NDArray next(NDArray x) {
            NDArray y = decoder.forward(x.duplicate(), pass);
            cache.advance((int) x.getShape().get(0), x.getShape().get(1));
            return operations.leave(y);
        }
    }

    @ParameterizedTest
    @EnumSource
    void stepsEqualOnePassWhileTheRoomsGrow(StepFace face) {
        NDArray x = normal(2, 150, WIDTH);
        NDArray context = normal(2, 4, 7);
        NDArray expected = expected(x, context);
        Writing writing = new Writing(this, face, context);
        float tolerance = face == StepFace.FLOAT32 ? 1e-5f : 0.03f;
        int[] ends = {5, 6, 8, 9, 40, 41};
        for (int i = 0, first = 0; first < 150; i++) {
            int end = i < ends.length ? ends[i] : first + 1;
            NDArray y = writing.next(x.get(":, {}:{}", first, end));
            assertNear(y, expected.get(":, {}:{}", first, end), tolerance);
            first = end;
        }
    }

    /** So many rows that the engine serves, in rooms that are Java's. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 9})
    void stepsOfAnyNumberOfRows(int rows) {
        NDArray x = normal(rows, 12, WIDTH);
        NDArray context = normal(rows, 4, 7);
        NDArray expected = expected(x, context);
        Writing writing = new Writing(this, StepFace.FLOAT32, context);
        for (int i = 0; i < 12; i++) {
            NDArray y = writing.next(x.get(":, {}:{}", i, i + 1));
            assertNear(y, expected.get(":, {}:{}", i, i + 1), 1e-5f);
        }
    }

    @Test
    void beamsGoOnFromTheirParents() {
        NDArray context = normal(1, 4, 7);
        NDArray begin = normal(1, 6, WIDTH);
        Writing writing = new Writing(this, StepFace.FLOAT32, context);
        Operations inside = writing.operations.within();
        writing.next(begin);
        writing.cache.select(new int[] {0, 0, 0}, inside);
        NDArray all = begin.repeat(0, 3);
        for (int[] parents : new int[][] {{2, 0, 1}, {1, 1, 0}, {0, 0, 0}, {2, 1, 0}, {0, 2}, {1, 0, 1, 0, 1}}) {
            NDArray x = normal(all.getShape().get(0), 1, WIDTH);
            all = all.concat(x, 1);
            NDArray y = writing.next(x);
            NDArray expected = expected(all, context.repeat(0, all.getShape().get(0)));
            assertNear(y, expected.get(":, -1:"), 1e-5f);
            writing.cache.select(parents, inside);
            all = all.get(manager.create(parents).toType(DataType.INT64, false));
        }
    }

    /** Of several tokens each layer frees what it makes, whose keys are repeated for groups of queries; of one it makes nothing. */
    @Test
    void deepStacksLeaveNoMoreThanFlatOnes() {
        for (int tokens : new int[] {1, 3}) {
            assertThat(leftBy(9, tokens)).isEqualTo(leftBy(1, tokens));
        }
    }

    /** Arrays that a pass leaves to its manager, of layers that ask nothing but what is in the cache. */
    private int leftBy(int depth, int tokens) {
        Operations operations = StepFace.FLOAT32.outside();
        AttentionConfig grouped = AttentionConfig.of(WIDTH, 6).withKeyValueHeads(2);
        Encoder decoder = new Encoder(
                depth,
                i -> new PreNormBlock(
                        new TokenNorm(WIDTH, 1e-5f),
                        new SelfAttention(grouped),
                        new TokenNorm(WIDTH, 1e-5f),
                        new Mlp(WIDTH, 40, Activation.GELU)));
        decoder.initialize(manager, DataType.FLOAT32, new Shape(1));
        decoder.prepareFor(operations);
        KeyValueCache cache = new KeyValueCache(manager);
        Pass pass = Pass.inference(operations).withMask(AttentionMask.CAUSAL).withCache(cache);
        try (NDManager first = manager.newSubManager();
                NDManager second = manager.newSubManager()) {
            decoder.forward(first.randomNormal(new Shape(1, 6, WIDTH)), pass);
            cache.advance(1, 6);
            decoder.forward(second.randomNormal(new Shape(1, tokens, WIDTH)), pass);
            return second.getManagedArrays().size();
        }
    }

    /** A cache that serves once more, for a longer text than there is room for. */
    @Test
    void whatIsRewoundIsForgotten() {
        NDArray context = normal(2, 4, 7);
        Writing writing = new Writing(this, StepFace.FLOAT32, context);
        writing.next(normal(2, 6, WIDTH));
        writing.cache.rewind(3);
        writing.cache.rewind(0);
        NDArray x = normal(2, 90, WIDTH);
        NDArray expected = expected(x, context);
        assertNear(writing.next(x.get(":, :89")), expected.get(":, :89"), 1e-5f);
        assertNear(writing.next(x.get(":, 89:")), expected.get(":, 89:"), 1e-5f);
    }

    @Test
    void rowsAreSelectedOfNothing() {
        NDArray context = normal(2, 4, 7);
        Writing writing = new Writing(this, StepFace.FLOAT32, context);
        writing.next(normal(2, 6, WIDTH));
        writing.cache.rewind(0);
        writing.cache.select(new int[] {1, 0}, writing.operations.within());
        NDArray x = normal(2, 1, WIDTH);
        assertNear(writing.next(x), expected(x, context), 1e-5f);
    }
}
