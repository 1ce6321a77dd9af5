package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.KeyValue;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Projected;
import java.util.Optional;

/** Which attentions are {@link StepAttention}: those of few queries to keys in Java's memory. The others are the engine's. */
final class StepAttending {
    /** Queries of a head up to which keys aren't copied to the engine. */
    private static final int FEW_QUERIES = 32;

    private final StepRooms rooms;
    private final StepNumbers numbers;
    private final StepAttention attention;

    StepAttending(StepRooms rooms, StepNumbers numbers, StepAttention attention) {
        this.rooms = rooms;
        this.numbers = numbers;
        this.attention = attention;
    }

    /** {@link Operations#attendLast}. */
    Optional<NDArray> last(Projected projected, KeyValue into, long place, float scale) {
        if (!(into.k() instanceof HeapTokens keys && into.v() instanceof HeapTokens values)) {
            return Optional.empty();
        }
        Shape q = projected.q().getShape();
        Shape k = projected.k().getShape();
        boolean fits = q.get(0) == k.get(0) && q.get(1) % k.get(1) == 0 && q.get(3) == k.get(3);
        Check.state(fits, "Queries %s can't ask keys %s.", q, k);
        KernelRooms.check(values, projected.v(), place);
        KeyValue written =
                new KeyValue(rooms.written(keys, projected.k(), place), rooms.written(values, projected.v(), place));
        NDArray mixed = mixed(projected.q(), written, new Asking(StepAttention.Added.NOTHING, scale));
        return Optional.of(mixed.reshape(new Shape(q.get(0), 1, q.get(1) * values.width())));
    }

    private record Asking(StepAttention.Added added, float scale) {}

    /** Of queries whose heads are those of the keys, or groups of such. */
    private NDArray mixed(NDArray q, KeyValue asked, Asking how) {
        HeapTokens k = (HeapTokens) asked.k();
        HeapTokens v = (HeapTokens) asked.v();
        Shape s = q.getShape();
        int each = Math.toIntExact(s.get(1) / k.getShape().get(1) * s.get(2));
        StepAttention.Queries queries =
                new StepAttention.Queries(numbers.of(q), each, Math.toIntExact(s.get(3)), how.scale());
        float[] mixed = attention.of(queries, k, v, how.added());
        return new HeapArray(q.getManager(), new Shape(s.get(0), s.get(1), s.get(2), v.width()), mixed);
    }

    /** {@link Operations#attention}. */
    Optional<NDArray> of(NDArray q, KeyValue asked, AttentionMask mask, float scale) {
        boolean here = asked.k() instanceof HeapTokens && asked.v() instanceof HeapTokens && fit(q, asked);
        return here
                ? added(mask, q, asked.k()).map(added -> mixed(q, asked, new Asking(added, scale)))
                : Optional.empty();
    }

    private static boolean fit(NDArray q, KeyValue asked) {
        Shape s = q.getShape();
        Shape keys = asked.k().getShape();
        return s.get(2) <= FEW_QUERIES
                && s.slice(0, 2).equals(keys.slice(0, 2))
                && s.get(3) == keys.get(3)
                && keys.slice(0, 3).equals(asked.v().getShape().slice(0, 3));
    }

    /** What the mask adds, if it is of a form that is known here. */
    private Optional<StepAttention.Added> added(AttentionMask mask, NDArray q, NDArray k) {
        if (mask instanceof AttentionMask.None) {
            return Optional.of(StepAttention.Added.NOTHING);
        }
        Shape scores = q.getShape().slice(0, 3).add(k.getShape().get(2));
        NDArray values = FastAttention.added(mask, q.getManager(), scores.get(2), scores.get(3));
        Shape s = values.getShape();
        boolean fits = s.dimension() == 4 && s.get(3) == scores.get(3);
        for (int axis = 0; fits && axis < 3; axis++) {
            fits = s.get(axis) == 1 || s.get(axis) == scores.get(axis);
        }
        if (!fits) {
            return Optional.empty();
        }
        boolean shared = mask instanceof AttentionMask.Bias; // by all layers
        float[] all = shared ? numbers.lasting(values) : values.toFloatArray();
        return Optional.of(new StepAttention.Added(all, s.get(0), s.get(1), s.get(2)));
    }
}
