package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;

/**
 * Keys or values in Java's memory, [rows, heads, tokens, headWidth]: a room that they are written into, or a view of some of its
 * rows and tokens. Those of a head lie one behind the other; behind them there may be room for more.
 */
final class HeapTokens extends HeapArray {
    private final float[] room;
    private final int capacity;
    private final int first;

    private HeapTokens(NDManager manager, Shape shape, float[] room, int capacity, int first) {
        super(manager, shape, room);
        this.room = room;
        this.capacity = capacity;
        this.first = first;
    }

    /** A room, not filled. */
    static HeapTokens room(NDManager owner, Shape shape) {
        return new HeapTokens(owner, shape, new float[Math.toIntExact(shape.size())], Math.toIntExact(shape.get(2)), 0);
    }

    /** The memory that this is a view of. */
    float[] memory() {
        return room;
    }

    /** Where in the memory the first token of a row's head is. */
    int at(long row, long head) {
        return (int) (((row * getShape().get(1) + head) * capacity + first) * width());
    }

    int width() {
        return (int) getShape().get(3);
    }

    int tokens() {
        return (int) getShape().get(2);
    }

    /** The first rows, and in them some tokens, for that manager. */
    HeapTokens view(long rows, long begin, long end, NDManager borrower) {
        Shape s = getShape();
        Check.that(
                rows <= s.get(0) && begin >= 0 && begin < end && end <= s.get(2),
                "%s has no tokens %d to %d.",
                s,
                begin,
                end);
        Shape part = new Shape(rows, s.get(1), end - begin, s.get(3));
        return new HeapTokens(borrower, part, room, capacity, first + (int) begin);
    }

    /** Writes [rows, heads, tokens, headWidth] into the first rows, at a place and behind. */
    void write(float[] numbers, Shape shape, long place) {
        int each = Math.toIntExact(shape.get(2) * shape.get(3));
        int from = 0;
        for (long row = 0; row < shape.get(0); row++) {
            for (long head = 0; head < shape.get(1); head++, from += each) {
                System.arraycopy(numbers, from, room, at(row, head) + (int) place * width(), each);
            }
        }
    }

    /** Copies the first tokens of rows to rows of another room, or of this one. */
    void copyRows(HeapTokens to, int tokens, long[] sources, long[] targets) {
        checkRows(sources);
        to.checkRows(targets);
        Check.that(
                tokens <= tokens() && tokens <= to.tokens(),
                "%s and %s don't both have %d tokens.",
                getShape(),
                to.getShape(),
                tokens);
        if (tokens == 0) {
            return;
        }
        float[][] copies = new float[sources.length][];
        for (int i = 0; i < sources.length; i++) {
            copies[i] = view(sources[i] + 1, 0, tokens, manager).row(sources[i]);
        }
        for (int i = 0; i < targets.length; i++) {
            int each = tokens * width();
            for (int head = 0; head < getShape().get(1); head++) {
                System.arraycopy(copies[i], head * each, to.room, to.at(targets[i], head), each);
            }
        }
    }

    private void checkRows(long[] rows) {
        for (long row : rows) {
            Check.that(row >= 0 && row < getShape().get(0), "%s has no row %d.", getShape(), row);
        }
    }

    /** A row's tokens, head by head. */
    private float[] row(long row) {
        int each = tokens() * width();
        int heads = (int) getShape().get(1);
        float[] all = new float[heads * each];
        for (int head = 0; head < heads; head++) {
            System.arraycopy(room, at(row, head), all, head * each, each);
        }
        return all;
    }

    /** A copy of the tokens without the room between them. */
    @Override
    float[] numbers() {
        int each = tokens() * width();
        float[] all = new float[Math.toIntExact(getShape().size())];
        int heads = (int) getShape().get(1);
        for (int row = 0, to = 0; row < getShape().get(0); row++) {
            for (int head = 0; head < heads; head++, to += each) {
                System.arraycopy(room, at(row, head), all, to, each);
            }
        }
        return all;
    }

    /** A view, where the shape stays as it is. */
    @Override
    public NDArray reshape(Shape shape) {
        return shape.equals(getShape()) ? view(shape.get(0), 0, shape.get(2), manager) : super.reshape(shape);
    }
}
