package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DistanceBias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.KeyValue;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Projected;
import io.vitrail.transformer.ReadableOperations;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attention to keys in Java's memory equals the readable one. */
class StepAttentionTest {
    private static final Operations READABLE = ReadableOperations.INSTANCE;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Operations steps = StepFace.FLOAT32.operations();

    @BeforeEach
    void seed() {
        DjlEngine.get().setRandomSeed(42);
    }

    @AfterEach
    void free() {
        manager.close();
    }

    private NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private static NDArray heap(NDArray x) {
        return new HeapArray(x.getManager(), x.getShape(), x.toFloatArray());
    }

    /** In a room that has more rows and more tokens. */
    private NDArray kept(NDArray x) {
        Shape s = x.getShape();
        NDArray room = steps.room(x, s.get(0) + 2, s.get(2) + 3, manager);
        NDArray nothing = manager.full(new Shape(s.get(0) + 2, s.get(1), s.get(2) + 3, s.get(3)), Float.NaN);
        steps.write(room, nothing, 0);
        steps.write(room, x, 0);
        return steps.tokens(((HeapTokens) room).view(s.get(0), 0, s.get(2), manager), 0, s.get(2));
    }

    private void assertAttention(AttentionMask mask, Shape queries, Shape keys, int valueWidth) {
        NDArray q = manager.randomNormal(queries);
        NDArray k = manager.randomNormal(keys);
        NDArray v = manager.randomNormal(keys.slice(0, 3).add(valueWidth));
        NDArray expected = READABLE.attention(q, k, v, mask, 0.3f);
        for (NDArray kind : List.of(q, heap(q), q.swapAxes(0, 2).duplicate().swapAxes(0, 2))) {
            NDArray actual = steps.attention(kind, kept(k), kept(v), mask, 0.3f);
            assertThat(actual.getManager()).isSameAs(manager);
            assertThat(actual.getShape()).isEqualTo(expected.getShape());
            assertThat(StepFace.distance(actual, expected)).as(mask.toString()).isLessThan(2e-6f);
        }
    }

    private AttentionMask padding() {
        return new AttentionMask.Padding(
                manager.create(new float[] {1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1}, new Shape(2, 7)));
    }

    @Test
    void withEachMask() {
        for (int queries : new int[] {1, 2, 5, 7}) {
            AttentionMask bias = new AttentionMask.Bias(normal(1, 3, queries, 7));
            AttentionMask perRow = new AttentionMask.Bias(normal(2, 1, queries, 7));
            AttentionMask perHead = new AttentionMask.Bias(normal(1, 3, 1, 7));
            AttentionMask ofAll = new AttentionMask.Bias(normal(2, 3, queries, 7));
            AttentionMask distances = new DistanceBias(normal(3, 13), queries);
            for (AttentionMask mask : List.of(
                    AttentionMask.NONE,
                    AttentionMask.CAUSAL,
                    new AttentionMask.Window(3),
                    padding(),
                    padding().computed(manager),
                    bias,
                    perRow,
                    perHead,
                    ofAll,
                    distances,
                    AttentionMask.CAUSAL.and(padding()),
                    distances.and(padding()),
                    padding().and(bias).and(perRow),
                    perHead.and(padding().computed(manager)).and(AttentionMask.CAUSAL))) {
                assertAttention(mask, new Shape(2, 3, queries, 11), new Shape(2, 3, 7, 11), 13);
            }
        }
    }

    /** As where Java's memory was full for one of them. */
    @Test
    void aRoomOfEitherKind() {
        Operations engine = StepFace.FLOAT32.engine();
        NDArray q = normal(1, 2, 1, 8);
        NDArray k = normal(1, 2, 1, 8);
        NDArray v = normal(1, 2, 1, 8);
        for (Operations first : List.of(steps, engine)) {
            Operations second = first == steps ? engine : steps;
            KeyValue mixed = new KeyValue(first.room(k, 1, 4, manager), second.room(v, 1, 4, manager));
            KeyValue expected = new KeyValue(engine.room(k, 1, 4, manager), engine.room(v, 1, 4, manager));
            for (int place = 0; place < 3; place++) {
                Projected projected = new Projected(q.add(place), k.mul(place + 1), v.sub(place));
                NDArray actual = steps.attendLast(projected, mixed, place, 0.5f);
                NDArray right = engine.attendLast(projected, expected, place, 0.5f);
                assertThat(StepFace.distance(actual, right)).isLessThan(2e-6f);
            }
        }
    }

    @Test
    void theEngineDoesNotWriteIntoJavasMemory() {
        NDArray room = steps.room(normal(1, 2, 1, 8), 1, 4, manager);
        Operations engine = StepFace.FLOAT32.engine();
        assertThatIllegalStateException().isThrownBy(() -> engine.write(room, normal(1, 2, 1, 8), 0));
    }

    @Test
    void manyRowsAreTheEngines() {
        assertThat(steps.room(normal(1, 2, 1, 8), StepOperations.FEW, 4, manager))
                .isInstanceOf(HeapTokens.class);
        assertThat(steps.room(normal(1, 2, 1, 8), StepOperations.FEW + 1, 4, manager))
                .isNotInstanceOf(HeapArray.class);
    }

    /** So many that heads are shared among threads, and queries up to those that are the engine's. */
    @Test
    void toManyKeysAndOfManyQueries() {
        for (int queries : new int[] {1, 31, 32, 33, 40}) {
            AttentionMask bias = new AttentionMask.Bias(normal(1, 5, queries, 301));
            for (AttentionMask mask : List.of(AttentionMask.NONE, AttentionMask.CAUSAL, bias)) {
                assertAttention(mask, new Shape(2, 5, queries, 16), new Shape(2, 5, 301, 16), 7);
            }
        }
    }

    @Test
    void aRowWithoutAKeySpreadsEvenly() {
        NDArray none = manager.zeros(new Shape(2, 7));
        AttentionMask nothing = new AttentionMask.Padding(none);
        assertAttention(nothing, new Shape(2, 3, 2, 8), new Shape(2, 3, 7, 8), 8);
        AttentionMask twice = nothing.and(nothing);
        assertAttention(twice, new Shape(2, 3, 1, 8), new Shape(2, 3, 7, 8), 8);
    }

    /** Another mask of the same shape, made where the one before was. */
    @Test
    void eachPassHasItsMask() {
        NDArray q = heap(normal(1, 2, 1, 8));
        NDArray k = normal(1, 2, 5, 8);
        NDArray kept = kept(k);
        for (int pass = 0; pass < 20; pass++) {
            try (NDManager scope = manager.newSubManager()) {
                AttentionMask bias = new AttentionMask.Bias(scope.randomNormal(new Shape(1, 2, 1, 5)));
                NDArray expected = READABLE.attention(q, k, k, bias, 1);
                assertThat(StepFace.distance(steps.attention(q, kept, kept, bias, 1), expected))
                        .isLessThan(2e-6f);
                assertThat(StepFace.distance(steps.attention(q, kept, kept, bias, 1), expected))
                        .isLessThan(2e-6f);
            }
        }
    }

    @Test
    void someTokensAreAsked() {
        NDArray q = normal(2, 3, 1, 8);
        NDArray k = normal(2, 3, 9, 8);
        NDArray v = normal(2, 3, 9, 8);
        NDArray near =
                steps.attention(q, steps.tokens(kept(k), 4, 9), steps.tokens(kept(v), 4, 9), AttentionMask.NONE, 1);
        NDArray expected = READABLE.attention(q, k.get(":, :, 4:"), v.get(":, :, 4:"), AttentionMask.NONE, 1);
        assertThat(StepFace.distance(near, expected)).isLessThan(2e-6f);
    }

    /** Keys in Java's memory beside values of the engine, and the other way round. */
    @Test
    void keysAndValuesMayBeInDifferentMemory() {
        NDArray q = normal(2, 3, 1, 8);
        NDArray k = normal(2, 3, 9, 8);
        NDArray v = normal(2, 3, 9, 8);
        NDArray expected = READABLE.attention(q, k, v, padding9(), 1);
        for (NDArray keys : List.of(k, heap(k), kept(k))) {
            for (NDArray values : List.of(v, heap(v), kept(v))) {
                NDArray y = steps.attention(heap(q), keys, values, padding9(), 1);
                assertThat(y.getManager()).isSameAs(manager);
                assertThat(StepFace.distance(y, expected)).isLessThan(2e-6f);
            }
        }
    }

    private AttentionMask padding9() {
        NDArray real = manager.ones(new Shape(2, 9));
        real.set(new NDIndex("1, :4"), 0);
        return new AttentionMask.Padding(real);
    }

    @Test
    void whatWasAskedStays() {
        NDArray q = heap(normal(1, 2, 1, 8));
        float[] before = q.toFloatArray();
        NDArray k = kept(normal(1, 2, 5, 8));
        float[] keys = k.toFloatArray();
        NDArray y = steps.attention(q, k, k, AttentionMask.NONE, 1);
        float[] first = y.toFloatArray();
        steps.attention(heap(normal(1, 2, 1, 8)), k, k, AttentionMask.NONE, 1);
        assertThat(q.toFloatArray()).containsExactly(before);
        assertThat(k.toFloatArray()).containsExactly(keys);
        assertThat(y.toFloatArray()).containsExactly(first);
    }
}
