package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Grid;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * How a grid of tokens is cut into square windows (Liu et al. 2021, section 3.2, figures 2 and 4). A grid that has no
 * whole number of windows is padded with zeros below and on the right. A shifted grid is rolled up and to the left
 * first, so that windows on the last rows and columns join pieces from opposite sides, which mustn't see each other.
 *
 * <p>Tokens are only moved, never computed with: they may be of any number type.
 *
 * @param grid of the tokens
 * @param side of a window, in tokens
 * @param shift by how many tokens the grid is rolled
 */
record Windows(Grid grid, int side, int shift) {
    /**
     * Added to scores between pieces that aren't neighbours: the reference's value, small enough for a softmax of
     * nearly 0.
     */
    private static final float APART = -100;

    /** Without a shift where one window is as high or as wide as the grid. */
    static Windows of(Grid grid, int side, int shift) {
        return new Windows(grid, side, Math.min(grid.rows(), grid.columns()) <= side ? 0 : shift);
    }

    private int rows() {
        return ceil(grid.rows(), side);
    }

    private int columns() {
        return ceil(grid.columns(), side);
    }

    private int paddedHeight() {
        return rows() * side;
    }

    private int paddedWidth() {
        return columns() * side;
    }

    static int ceil(int number, int divisor) {
        return (number + divisor - 1) / divisor;
    }

    /** Windows of a picture. */
    int count() {
        return rows() * columns();
    }

    /** The tokens of each window by number, as {@link #cut} puts them there; −1 where one is padding. */
    int[][] places() {
        return IntStream.range(0, count())
                .mapToObj(window -> IntStream.range(0, side * side)
                        .map(place -> token(
                                window / columns() * side + place / side, window % columns() * side + place % side))
                        .toArray())
                .toArray(int[][]::new);
    }

    /** Which token lies at a place of the padded and rolled grid. */
    private int token(int rolledRow, int rolledColumn) {
        int row = (rolledRow + shift) % paddedHeight();
        int column = (rolledColumn + shift) % paddedWidth();
        return row < grid.rows() && column < grid.columns() ? row * grid.columns() + column : -1;
    }

    /** [batch, tokens, width] to [batch · windows, side², width], a picture's windows row by row. */
    NDArray cut(NDArray x) {
        Shape s = x.getShape();
        NDArray map = padded(x.reshape(s.get(0), grid.rows(), grid.columns(), s.get(2)), paddedHeight(), paddedWidth());
        return rolled(map, shift, shift)
                .reshape(s.get(0), rows(), side, columns(), side, s.get(2))
                .transpose(0, 1, 3, 2, 4, 5) // [batch, rows, columns, side, side, width]
                .reshape(s.get(0) * count(), (long) side * side, s.get(2));
    }

    /** What {@link #cut} gives, back to [batch, tokens, width]. */
    NDArray join(NDArray windows) {
        long batch = windows.getShape().get(0) / count();
        long width = windows.getShape().get(2);
        NDArray map = windows.reshape(batch, rows(), columns(), side, side, width)
                .transpose(0, 1, 3, 2, 4, 5) // [batch, rows, side, columns, side, width]
                .reshape(batch, paddedHeight(), paddedWidth(), width);
        return rolled(map, paddedHeight() - shift, paddedWidth() - shift)
                .get(":, :{}, :{}", grid.rows(), grid.columns())
                .reshape(batch, grid.tokens(), width);
    }

    /** Zeros below and on the right: [batch, rows, columns, width] to [batch, height, width of the map, width]. */
    static NDArray padded(NDArray map, int height, int width) {
        long below = height - map.getShape().get(1);
        long right = width - map.getShape().get(2);
        return below == 0 && right == 0 ? map : map.pad(new Shape(0, 0, 0, right, 0, below), 0);
    }

    /** The first rows go to the end, then the first columns. */
    private static NDArray rolled(NDArray map, int rows, int columns) {
        return rolledAlong(2, rolledAlong(1, map, rows), columns);
    }

    private static NDArray rolledAlong(int axis, NDArray map, int first) {
        if (first == 0 || first == map.getShape().get(axis)) {
            return map;
        }
        NDList parts = map.split(new long[] {first}, axis);
        return NDArrays.concat(new NDList(parts.get(1), parts.get(0)), axis);
    }

    /**
     * The bias for the windows of a batch, hiding pieces that only a shift brought together.
     *
     * @param bias [1, heads, side², side²], the same for all windows
     */
    AttentionMask mask(NDArray bias, long batch) {
        if (shift == 0) {
            return new AttentionMask.Bias(bias);
        }
        NDArray ofPicture = bias.add(apart(bias.getManager())); // [windows, heads, side², side²]
        return new AttentionMask.Bias(batch == 1 ? ofPicture : ofPicture.tile(new long[] {batch, 1, 1, 1}));
    }

    /** 0 or {@link #APART} for each window, query and key: [windows, 1, side², side²]. */
    private NDArray apart(NDManager manager) {
        int places = side * side;
        FloatBuffer values = FloatBuffer.allocate(count() * places * places);
        for (int window = 0; window < count(); window++) {
            int[] pieces = pieces(window);
            for (int query : pieces) {
                for (int key : pieces) {
                    values.put(query == key ? 0 : APART);
                }
            }
        }
        return manager.create(values.array(), new Shape(count(), 1, places, places));
    }

    /** Which of up to nine pieces of the rolled grid each place of a window belongs to. */
    private int[] pieces(int window) {
        int top = window / columns() * side;
        int left = window % columns() * side;
        return IntStream.range(0, side * side)
                .map(place ->
                        3 * stripe(top + place / side, paddedHeight()) + stripe(left + place % side, paddedWidth()))
                .toArray();
    }

    private int stripe(int position, int length) {
        return position < length - side ? 0 : position < length - shift ? 1 : 2;
    }
}
