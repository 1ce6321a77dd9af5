package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.KeyValue;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Projected;
import io.vitrail.transformer.Rotation;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What doesn't fit is refused as the engine's operations do, before an array's end is passed. */
class StepRefusalsTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Operations steps = StepFace.FLOAT32.operations();

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

    private static void assertRefused(ThrowingCallable what) {
        assertThat(catchThrowable(what)).isInstanceOfAny(IllegalArgumentException.class, IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource
    void anotherWidth(StepFace face) {
        Operations operations = face.operations();
        Affine ready = operations.prepare(new Affine(normal(6, 8), Optional.empty(), 8, 6));
        AttentionConfig config = AttentionConfig.of(8, 2).withHeadWidth(1);
        for (long width : new long[] {1, 4, 7, 9, 16, 64}) {
            for (Shape shape : List.of(new Shape(1, 1, width), new Shape(3, 1, width), new Shape(8, 1, width))) {
                NDArray engine = manager.randomNormal(shape);
                for (NDArray x : List.of(engine, heap(engine))) {
                    String message = "x is %s; its last axis must be 8 wide.".formatted(shape);
                    for (ThrowingCallable call : List.<ThrowingCallable>of(
                            () -> operations.linear(x, ready, Activation.LINEAR),
                            () -> operations.gated(x, ready, Activation.SILU),
                            () -> operations.project(x, ready, config, Rotation.NONE),
                            () -> operations.residual(normal(shape.get(0), 1, 6), x, ready))) {
                        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherShapeOfTheWeight(StepFace face) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> face.operations().prepare(new Affine(normal(3, 5), Optional.empty(), 3, 5)))
                .withMessage("The weight is (3, 5); the layer needs (5, 3).");
    }

    @Test
    void aNumberAlone() {
        Affine ready = steps.prepare(new Affine(normal(6, 8), Optional.empty(), 8, 6));
        assertRefused(() -> steps.linear(manager.create(1f), ready, Activation.LINEAR));
    }

    @Test
    void normsOfAnotherWidth() {
        for (long width : new long[] {4, 7, 9, 16}) {
            for (NDArray x : List.of(normal(1, 1, width), heap(normal(2, 1, width)))) {
                assertRefused(() -> steps.layerNorm(x, normal(8), normal(8), 1));
                assertRefused(() -> steps.rmsNorm(x, normal(8), 1));
            }
        }
        assertRefused(() -> steps.layerNorm(normal(1, 8), normal(8), normal(7), 1));
    }

    @Test
    void sumsOfOtherShapes() {
        Affine ready = steps.prepare(new Affine(normal(6, 8), Optional.empty(), 8, 6));
        assertRefused(() -> steps.residual(heap(normal(1, 1, 6)), heap(normal(1, 1, 5))));
        assertRefused(() -> steps.residual(normal(1, 1, 5), heap(normal(1, 1, 8)), ready));
        assertRefused(() -> steps.residual(heap(normal(2, 1, 6)), normal(3, 1, 8), ready));
    }

    private NDArray room(long rows, long capacity) {
        return steps.room(normal(1, 2, 1, 4), rows, capacity, manager);
    }

    @Test
    void aRoomThatIsTooSmall() {
        NDArray room = room(2, 5);
        for (NDArray x : List.of(normal(1, 2, 3, 4), heap(normal(1, 2, 3, 4)))) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> steps.write(room, x, 3))
                    .withMessage("(1, 2, 3, 4) doesn't fit (2, 2, 5, 4) at place 3.");
        }
        assertRefused(() -> steps.write(room, normal(3, 2, 1, 4), 0));
        assertRefused(() -> steps.write(room, normal(1, 3, 1, 4), 0));
        assertRefused(() -> steps.write(room, heap(normal(1, 2, 1, 5)), 0));
        assertRefused(() -> steps.write(room, normal(1, 2, 6, 4), 0));
        NDArray x = heap(normal(2, 2, 1, 4));
        Projected projected = new Projected(x, x, x);
        assertRefused(() -> steps.attendLast(projected, new KeyValue(room, room), 5, 1));
        assertRefused(() -> steps.attendLast(projected, new KeyValue(room(1, 5), room), 1, 1));
        assertRefused(() -> steps.attendLast(projected, new KeyValue(room, room(2, 1)), 1, 1));
    }

    @Test
    void tokensThatAreNotThere() {
        NDArray room = room(2, 5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> steps.tokens(room, 3, 6))
                .withMessage("(2, 2, 5, 4) has no tokens 3 to 6.");
        assertRefused(() -> steps.tokens(room, -1, 3));
        assertRefused(() -> steps.tokens(room, 3, 3));
        NDArray some = steps.tokens(room, 1, 3);
        assertRefused(() -> steps.tokens(some, 0, 3));
    }

    private void copy(NDArray from, NDArray to, long tokens, long source, long target) {
        steps.copyRows(from, to, tokens, manager.create(new long[] {source}), manager.create(new long[] {target}));
    }

    @Test
    void rowsThatAreNotThere() {
        assertRefused(() -> copy(room(2, 5), room(2, 5), 3, 2, 0));
        assertRefused(() -> copy(room(2, 5), room(2, 5), 3, 0, 2));
        assertRefused(() -> copy(room(2, 5), room(2, 5), 3, 0, -3));
        assertRefused(() -> copy(room(2, 5), room(2, 5), 6, 0, 1));
        assertRefused(() -> copy(room(2, 5), room(2, 4), 5, 0, 0)); // would end in the next head
    }

    @Test
    void attentionThatDoesNotFit() {
        NDArray q = heap(normal(2, 2, 1, 4));
        NDArray k = steps.write(room(2, 5), heap(normal(2, 2, 5, 4)), 0);
        assertRefused(() -> steps.attention(q, k, steps.tokens(k, 0, 3), AttentionMask.NONE, 1));
        assertRefused(() -> steps.attention(heap(normal(2, 2, 1, 3)), k, k, AttentionMask.NONE, 1));
        assertRefused(() -> steps.attention(heap(normal(3, 2, 1, 4)), k, k, AttentionMask.NONE, 1));
        assertRefused(() -> steps.attention(heap(normal(2, 3, 1, 4)), k, k, AttentionMask.NONE, 1));
    }

    @Test
    void masksThatDoNotFit() {
        NDArray q = heap(normal(2, 2, 2, 4));
        NDArray k = steps.write(room(2, 5), heap(normal(2, 2, 5, 4)), 0);
        for (Shape shape :
                List.of(new Shape(1, 1, 1, 4), new Shape(3, 1, 1, 5), new Shape(1, 3, 1, 5), new Shape(1, 1, 3, 5))) {
            AttentionMask mask = new AttentionMask.Bias(manager.randomNormal(shape));
            assertRefused(() -> steps.attention(q, k, k, mask, 1));
        }
        AttentionMask padding = new AttentionMask.Padding(manager.ones(new Shape(2, 4)));
        assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> steps.attention(q, k, k, padding, 1));
    }
}
