package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Scope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rooms in Java's memory hold what the readable ones do. */
class HeapTokensTest {
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

    private static List<NDArray> kinds(NDArray x) {
        NDArray turned = x.swapAxes(1, 2).duplicate().swapAxes(1, 2); // as heads are split from vectors
        return List.of(x, turned, heap(x));
    }

    private static void assertSame(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        assertThat(actual.toFloatArray()).containsExactly(expected.toFloatArray());
    }

    @ParameterizedTest
    @EnumSource
    void roomsBelongToTheirOwner(StepFace face) {
        try (NDManager owner = manager.newSubManager()) {
            NDArray room = face.operations().room(normal(1, 3, 1, 5), 2, 7, owner);
            assertThat(room).isInstanceOf(HeapTokens.class);
            assertThat(room.getShape()).isEqualTo(new Shape(2, 3, 7, 5));
            assertThat(room.getManager()).isSameAs(owner);
        }
    }

    /** A beginning, a step, several tokens at once; of fewer rows than there are. */
    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsThereWithWhatWasBefore(StepFace face) {
        Operations operations = face.operations();
        NDArray like = normal(1, 3, 1, 5);
        for (int kind = 0; kind < 3; kind++) {
            NDArray room = operations.room(like, 4, 20, manager);
            NDArray expected = READABLE.room(like, 4, 20, manager);
            for (int[] piece : new int[][] {{4, 0, 6}, {4, 6, 1}, {2, 7, 3}, {1, 10, 10}, {3, 0, 2}, {2, 19, 1}}) {
                NDArray x = normal(piece[0], 3, piece[2], 5);
                try (NDManager pass = manager.newSubManager()) {
                    NDArray given = kinds(x).get(kind);
                    given.attach(pass);
                    NDArray written = operations.write(room, given, piece[1]);
                    assertThat(written.getManager()).isSameAs(pass);
                    assertSame(written, READABLE.write(expected, x, piece[1]));
                }
            }
            assertSame(operations.tokens(room, 0, 20), expected);
        }
    }

    @Test
    void bfloat16BecomesFloat32() {
        Operations bfloat16 = StepFace.BFLOAT16.operations();
        KernelArchive kernels = KernelArchive.compile(Device.cpu(), KernelSource.PLAIN.methods());
        NDArray x = normal(2, 3, 4, 5);
        NDArray half =
                kernels.call("to").with(x).with(NumberType.BFLOAT16.code()).into(manager);
        float[] expected = bfloat16.leave(half).toFloatArray();
        NDArray room = bfloat16.room(half, 2, 8, manager);
        assertThat(bfloat16.write(room, half, 0).toFloatArray()).containsExactly(expected);
        assertThat(bfloat16.tokens(room, 0, 4).toFloatArray()).containsExactly(expected);
        bfloat16.write(room, half, 4);
        assertThat(bfloat16.tokens(room, 4, 8).toFloatArray()).containsExactly(expected);
        kernels.close();
    }

    @Test
    void someTokensAreAView() {
        NDArray room = steps.room(normal(1, 3, 1, 5), 2, 9, manager);
        NDArray x = normal(2, 3, 9, 5);
        steps.write(room, x, 0);
        NDArray some = steps.tokens(room, 2, 7);
        assertSame(some, x.get(":, :, 2:7"));
        assertSame(steps.tokens(some, 1, 3), x.get(":, :, 3:5"));
        NDArray later = normal(2, 3, 1, 5);
        steps.write(room, heap(later), 4);
        assertSame(steps.tokens(some, 2, 3), later);
    }

    /** The manager that has lent it may close its own view. */
    @Test
    void aLentRoomIsTheSameRoom() {
        NDArray room = steps.room(normal(1, 3, 1, 5), 2, 9, manager);
        NDArray x = normal(2, 3, 9, 5);
        try (NDManager pass = manager.newSubManager()) {
            NDArray lent = Scope.lend(room, pass);
            assertThat(lent).isInstanceOf(HeapTokens.class);
            assertThat(lent.getManager()).isSameAs(pass);
            steps.write(lent, heap(x), 0);
        }
        assertThat(room.getManager()).isSameAs(manager);
        assertSame(room, x);
    }

    /** Where a row is read that another has been written over, and several times. */
    @Test
    void rowsOfOneRoomAreReordered() {
        for (long[][] rows : new long[][][] {
            {{1, 0}, {0, 1}},
            {{0, 1, 2, 3}, {1, 2, 3, 0}},
            {{3, 3, 3}, {0, 1, 2}},
            {{2, 0}, {0, 3}},
            {{1}, {1}},
            {{}, {}}
        }) {
            assertCopied(4, 9, rows);
        }
    }

    private void assertCopied(long toRows, long toCapacity, long[][] rows) {
        for (long tokens : new long[] {1, 5, 9}) {
            NDArray x = normal(4, 3, 9, 5);
            NDArray old = normal(toRows, 3, toCapacity, 5);
            NDArray from = steps.room(x, 4, 9, manager);
            steps.write(from, x, 0);
            boolean same = toRows == 4 && toCapacity == 9;
            NDArray to = same ? from : steps.room(x, toRows, toCapacity, manager);
            steps.write(to, same ? x : old, 0);
            NDArray expected = (same ? x : old).duplicate();
            NDArray sources = manager.create(rows[0]);
            NDArray targets = manager.create(rows[1]);
            READABLE.copyRows(x, expected, tokens, sources, targets);
            steps.copyRows(from, to, tokens, sources, targets);
            assertSame(to, expected);
        }
    }

    @Test
    void rowsAreCopiedToARoomOfAnotherSize() {
        long[][] rows = {{3, 0, 3, 1, 2}, {0, 1, 2, 4, 3}};
        assertCopied(5, 9, rows);
        assertCopied(6, 14, rows);
        assertCopied(2, 20, new long[][] {{2, 1}, {0, 1}});
    }

    /** What was forgotten is moved, of no token. */
    @Test
    void nothingIsCopiedOfNoTokens() {
        NDArray x = normal(2, 3, 4, 5);
        NDArray from = steps.room(x, 2, 4, manager);
        NDArray to = steps.room(x, 2, 9, manager);
        NDArray both = manager.create(new long[] {0, 1});
        steps.copyRows(from, to, 0, both, both);
        assertThat(to.toFloatArray()).containsOnly(0);
        Operations engine = StepFace.FLOAT32.engine();
        NDArray room = engine.room(x, 2, 4, manager);
        engine.write(room, x, 0);
        engine.copyRows(room, room, 0, both, both);
        assertSame(room, x);
    }

    /** Java's memory may have been too small for one of them. */
    @Test
    void rowsAreCopiedFromAndToTheEngine() {
        Operations engine = StepFace.FLOAT32.engine();
        NDArray x = normal(2, 3, 4, 5);
        NDArray here = steps.room(x, 2, 4, manager);
        NDArray there = engine.room(x, 2, 6, manager);
        steps.write(here, x, 0);
        NDArray sources = manager.create(new long[] {1, 0});
        NDArray targets = manager.create(new long[] {0, 1});
        steps.copyRows(here, there, 4, sources, targets);
        NDArray turned = x.get(manager.create(new long[] {1, 0}));
        assertSame(steps.tokens(there, 0, 4), turned);
        NDArray back = steps.room(x, 2, 4, manager);
        steps.copyRows(there, back, 4, sources, targets);
        assertSame(back, x);
    }
}
