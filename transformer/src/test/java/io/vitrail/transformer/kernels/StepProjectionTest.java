package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.KeyValue;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Projected;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Rotation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Queries, keys and values of a step, and what the last query mixes, equal the readable ones. */
class StepProjectionTest {
    private static final Operations READABLE = ReadableOperations.INSTANCE;
    private static final AttentionConfig EQUAL = AttentionConfig.of(36, 3).withHeadWidth(6);
    private static final AttentionConfig GROUPED =
            AttentionConfig.of(36, 6).withKeyValueHeads(2).withHeadWidth(10);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

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

    private Affine layer(AttentionConfig config) {
        int out = config.queryWidth() + 2 * config.keyValueWidth();
        return new Affine(
                normal(out, 36), Optional.of(normal(out).mul(16).round().div(16)), 36, out);
    }

    private void assertNear(NDArray actual, NDArray expected, float tolerance) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        assertThat(actual.getManager()).isSameAs(manager);
        assertThat(StepFace.distance(actual, expected)).isLessThan(tolerance);
    }

    private void assertNear(Projected actual, Projected expected, float tolerance) {
        assertNear(actual.q(), expected.q(), tolerance);
        assertNear(actual.k(), expected.k(), tolerance);
        assertNear(actual.v(), expected.v(), tolerance);
    }

    /** By these operations, and by the engine where they leave it to that. */
    private void assertProjected(StepFace face, NDArray x, AttentionConfig config, Rotation rotation) {
        Affine loaded = layer(config);
        Affine ready = face.operations().prepare(loaded);
        Projected expected = READABLE.project(x, face.read(loaded), config, rotation);
        for (NDArray kind : List.of(x, heap(x))) {
            Projected projected = face.operations().project(kind, ready, config, rotation);
            boolean here = projected.q() instanceof HeapArray;
            Operations steps = face.operations();
            Projected floats =
                    new Projected(steps.leave(projected.q()), steps.leave(projected.k()), steps.leave(projected.v()));
            assertNear(floats, expected, here || face == StepFace.FLOAT32 ? 2e-6f : 3e-2f);
        }
    }

    private Rotation.Angles angles(long... shape) {
        return new Rotation.Angles(normal(shape), normal(shape));
    }

    @ParameterizedTest
    @EnumSource
    void projectWithoutRotation(StepFace face) {
        for (int rows = 1; rows <= 5; rows++) {
            assertProjected(face, normal(rows, 1, 36), EQUAL, Rotation.NONE);
            assertProjected(face, normal(rows, 1, 36), GROUPED, Rotation.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void projectWithAnglesOfAllRows(StepFace face) {
        for (int rows = 1; rows <= 5; rows++) {
            NDArray x = normal(rows, 1, 36);
            assertProjected(face, x, EQUAL, angles(1, 6));
            assertProjected(face, x, EQUAL, angles(1, 1, 1, 6));
            assertProjected(face, x, GROUPED, angles(1, 10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void projectWithAnglesOfEachRow(StepFace face) {
        for (int rows = 1; rows <= 5; rows++) {
            NDArray x = normal(rows, 1, 36);
            assertProjected(face, x, EQUAL, angles(rows, 1, 1, 6));
            assertProjected(face, x, GROUPED, angles(rows, 1, 1, 10));
        }
    }

    @ParameterizedTest
    @EnumSource
    void projectWithAnotherRotation(StepFace face) {
        Rotation twice = (heads, operations) -> heads.mul(2);
        Rotation turned = (heads, operations) ->
                angles(1, 6).apply(heads, operations).mul(0).add(1);
        assertProjected(face, normal(3, 1, 36), EQUAL, twice);
        assertProjected(face, normal(1, 1, 36), EQUAL, turned);
    }

    /** Tokens of one row stand at several places. */
    @ParameterizedTest
    @EnumSource
    void projectOfFewTokensInARow(StepFace face) {
        for (AttentionConfig config : List.of(EQUAL, GROUPED)) {
            assertProjected(face, normal(1, 3, 36), config, Rotation.NONE);
            assertProjected(face, normal(1, 3, 36), config, angles(3, config.headWidth()));
            assertProjected(face, normal(2, 2, 36), config, angles(2, 1, 2, config.headWidth()));
        }
    }

    /** Angles of other rows than those before, at the same place in memory or not. */
    @ParameterizedTest
    @EnumSource
    void eachStepHasItsAngles(StepFace face) {
        for (int step = 0; step < 20; step++) {
            try (NDManager scope = manager.newSubManager()) {
                NDArray cos = scope.randomNormal(new Shape(1, 6));
                Rotation.Angles angles = new Rotation.Angles(cos, scope.randomNormal(new Shape(1, 6)));
                assertProjected(face, normal(2, 1, 36), EQUAL, angles);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void resultsAreSeparateArrays(StepFace face) {
        AttentionConfig config = AttentionConfig.of(36, 1);
        Affine ready = face.operations().prepare(layer(config));
        Projected first = face.operations().project(normal(2, 1, 36), ready, config, Rotation.NONE);
        float[] before = first.k().toFloatArray();
        face.operations().project(normal(2, 1, 36), ready, config, Rotation.NONE);
        assertThat(first.k().toFloatArray()).containsExactly(before);
    }

    /** Each step's keys join those before, in rooms that are the engine's or Java's. */
    @ParameterizedTest
    @EnumSource
    void attendLast(StepFace face) {
        Operations steps = face.operations();
        for (long heads : new long[] {2, 6}) {
            NDArray like = normal(3, 2, 1, 8);
            NDArray likeValues = normal(3, 2, 1, 11);
            KeyValue rooms = new KeyValue(steps.room(like, 3, 20, manager), steps.room(likeValues, 3, 20, manager));
            KeyValue expected = new KeyValue(normal(3, 2, 20, 8), normal(3, 2, 20, 11));
            steps.write(rooms.k(), expected.k().get(":, :, :5"), 0);
            steps.write(rooms.v(), expected.v().get(":, :, :5"), 0);
            for (int place = 5; place < 20; place++) {
                NDArray q = normal(3, heads, 1, 8);
                NDArray k = normal(3, 2, 1, 8);
                NDArray v = normal(3, 2, 1, 11);
                expected.k().set(new NDIndex(":, :, {}", place), k.squeeze(2));
                expected.v().set(new NDIndex(":, :, {}", place), v.squeeze(2));
                Projected projected =
                        place % 2 == 0 ? new Projected(heap(q), heap(k), heap(v)) : new Projected(q, k, v);
                NDArray y = steps.attendLast(projected, rooms, place, 0.3f);
                assertNear(y, mixed(q, expected, place + 1), 2e-6f);
            }
        }
    }

    private static NDArray mixed(NDArray q, KeyValue rooms, int keys) {
        Shape s = q.getShape();
        int groups = (int) s.get(1) / 2;
        NDArray k = rooms.k().get(":, :, :{}", keys).repeat(1, groups);
        NDArray v = rooms.v().get(":, :, :{}", keys).repeat(1, groups);
        NDArray y = q.matMul(k.swapAxes(2, 3)).mul(0.3f).softmax(-1).matMul(v);
        return y.reshape(s.get(0), 1, -1);
    }

    /** Where Java's memory is too small for a room. */
    @ParameterizedTest
    @EnumSource
    void attendLastInTheEnginesRooms(StepFace face) {
        Operations steps = face.operations();
        KeyValue rooms = new KeyValue(
                face.engine().room(normal(3, 2, 1, 8), 3, 9, manager),
                face.engine().room(normal(3, 2, 1, 8), 3, 9, manager));
        NDArray k = normal(3, 2, 4, 8);
        NDArray v = normal(3, 2, 4, 8);
        steps.write(rooms.k(), k, 0);
        steps.write(rooms.v(), heap(v), 0);
        NDArray q = normal(3, 6, 1, 8);
        NDArray last = normal(3, 2, 1, 8);
        NDArray y = steps.attendLast(new Projected(heap(q), heap(last), heap(last)), rooms, 4, 0.3f);
        KeyValue all = new KeyValue(k.concat(last, 2), v.concat(last, 2));
        assertNear(y, mixed(q, all, 5), 2e-6f);
    }

    /** A whole block of attention, as a decoder calls it. */
    @ParameterizedTest
    @EnumSource
    void whatIsProjectedIsAttendedAndAdded(StepFace face) {
        Operations steps = face.operations();
        Affine in = layer(GROUPED);
        Affine out = new Affine(normal(36, 60), Optional.empty(), 60, 36);
        Affine inReady = steps.prepare(in);
        Affine outReady = steps.prepare(out);
        NDArray x = normal(2, 1, 36);
        Rotation angles = angles(1, 10);
        Projected projected = steps.project(x, inReady, GROUPED, angles);
        KeyValue rooms =
                new KeyValue(steps.room(projected.k(), 2, 4, manager), steps.room(projected.v(), 2, 4, manager));
        NDArray y = steps.residual(x, steps.attendLast(projected, rooms, 0, 0.3f), outReady);
        Projected expected = READABLE.project(x, face.read(in), GROUPED, angles);
        NDArray mixed = expected.v().repeat(1, 3).reshape(2, 1, -1); // of a single key
        assertNear(y, x.add(READABLE.linear(mixed, face.read(out), Activation.LINEAR)), 2e-6f);
    }
}
