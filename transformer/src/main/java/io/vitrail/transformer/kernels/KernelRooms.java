package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;

/** Writes and reads the rooms that keys and values are kept in: [rows, heads, capacity, headWidth] each. */
final class KernelRooms {
    private final KernelArchive kernels;

    KernelRooms(KernelArchive kernels) {
        this.kernels = kernels;
    }

    /** {@link Operations#room}. */
    NDArray made(NDArray like, long rows, long capacity, NDManager owner) {
        return kernels.call("room").with(like).with(rows).with(capacity).into(owner);
    }

    /** {@link Operations#write}. */
    NDArray write(NDArray room, NDArray x, long place) {
        checkOwn(room);
        check(room, x, place);
        return kernels.call("write").with(room).with(x).with(place).into(x.getManager());
    }

    /** Of one in Java's memory the engine would write into a copy. */
    static void checkOwn(NDArray room) {
        Check.state(!(room instanceof HeapArray), "The engine can't write into Java's memory.");
    }

    /** Native code would write beyond a room that is too small. */
    static void check(NDArray room, NDArray x, long place) {
        Shape s = x.getShape();
        Shape r = room.getShape();
        boolean fits = place >= 0
                && s.get(0) <= r.get(0)
                && s.get(1) == r.get(1)
                && place + s.get(2) <= r.get(2)
                && s.get(3) == r.get(3);
        Check.state(fits, "%s doesn't fit %s at place %d.", s, r, place);
    }

    /** {@link Operations#tokens}. */
    NDArray tokens(NDArray x, long first, long end) {
        Check.that(
                first >= 0 && first < end && end <= x.getShape().get(2),
                "%s has no tokens %d to %d.",
                x.getShape(),
                first,
                end);
        return kernels.call("tokens").with(x).with(first).with(end - first).into(x.getManager());
    }

    /** {@link Operations#copyRows}. */
    void copyRows(NDArray from, NDArray to, long tokens, NDArray sources, NDArray targets) {
        checkOwn(to);
        kernels.call("copy_rows")
                .with(from)
                .with(to)
                .with(tokens)
                .with(sources)
                .with(targets)
                .into(to.getManager())
                .close();
    }
}
