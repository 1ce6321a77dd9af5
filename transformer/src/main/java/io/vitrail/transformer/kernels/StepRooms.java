package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Operations;

/** The rooms for keys and values of few rows, in Java's memory where there is enough: [rows, heads, capacity, headWidth] each. */
final class StepRooms {
    private final FastOperations engine;
    private final StepNumbers numbers;

    StepRooms(FastOperations engine, StepNumbers numbers) {
        this.engine = engine;
        this.numbers = numbers;
    }

    /** {@link Operations#room}. */
    NDArray made(NDArray like, long rows, long capacity, NDManager owner) {
        Shape s = like.getShape();
        Shape shape = new Shape(rows, s.get(1), capacity, s.get(3));
        long bytes = Float.BYTES * shape.size();
        boolean here = rows <= StepOperations.FEW && !WarmUp.isTooSlow();
        if (!here || bytes > Integer.MAX_VALUE || !HeapMemory.has(bytes)) {
            return engine.room(like, rows, capacity, owner);
        }
        try {
            return HeapTokens.room(owner, shape);
        } catch (OutOfMemoryError e) { // of one large array: nothing else is lost
            return engine.room(like, rows, capacity, owner);
        }
    }

    /** {@link Operations#write}. What begins a text is asked as it is; the engine needs no copy of it. */
    NDArray write(NDArray room, NDArray x, long place) {
        if (!(room instanceof HeapTokens heap)) {
            return engine.write(room, x, place);
        }
        if (x instanceof HeapArray || place > 0) {
            return written(heap, x, place);
        }
        KernelRooms.check(room, x, place);
        NDArray floats = engine.leave(x);
        heap.write(floats.toFloatArray(), x.getShape(), 0);
        return floats;
    }

    /** The same as a view of the room. */
    HeapTokens written(HeapTokens room, NDArray x, long place) {
        KernelRooms.check(room, x, place);
        Shape s = x.getShape();
        room.write(numbers.of(x), s, place);
        return room.view(s.get(0), 0, place + s.get(2), x.getManager());
    }

    /** {@link Operations#tokens}. */
    NDArray tokens(NDArray x, long first, long end) {
        return x instanceof HeapTokens heap
                ? heap.view(x.getShape().get(0), first, end, x.getManager())
                : engine.tokens(x, first, end);
    }

    /** {@link Operations#copyRows}. */
    void copyRows(NDArray from, NDArray to, long tokens, NDArray sources, NDArray targets) {
        if (!(to instanceof HeapTokens target)) {
            engine.copyRows(from, to, tokens, sources, targets);
            return;
        }
        HeapTokens source = from instanceof HeapTokens heap ? heap : copied(from);
        source.copyRows(target, Math.toIntExact(tokens), sources.toLongArray(), targets.toLongArray());
    }

    private HeapTokens copied(NDArray room) {
        HeapTokens copy = HeapTokens.room(room.getManager(), room.getShape());
        copy.write(numbers.of(room), room.getShape(), 0);
        return copy;
    }
}
