package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

/**
 * One learned vector per place in a grid of patches, and one per token before it (Dosovitskiy et al. 2020, section 3.1);
 * another grid gets the table interpolated (section 3.2, "fine-tuning and higher resolution").
 */
public final class GridPositions extends TensorBlock {
    private final int prefix;
    private final Grid grid;
    private final Interpolation interpolation;
    private final Parameter table;

    /**
     * @param prefix tokens before the patches, such as the class token, that have positions of their own
     * @param grid of the table
     */
    public GridPositions(int prefix, Grid grid, int width, Interpolation interpolation) {
        this.prefix = prefix;
        this.grid = grid;
        this.interpolation = interpolation;
        table = parameter("table", Parameter.Type.OTHER, Initializers.NORMAL, 1, prefix + grid.tokens(), width);
    }

    /** Adds the positions of the pass's grid: [batch, prefix + tokens, width] to the same. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return x.add(positions(x, pass));
    }

    /** The table for the pass's grid, [1, prefix + tokens, width], in x's manager. */
    public NDArray positions(NDArray x, Pass pass) {
        NDManager manager = x.getManager();
        NDArray positions = Scope.lend(value(table, x, pass), manager);
        if (pass.grid().equals(grid)) {
            return positions;
        }
        NDArray before = positions.get(":, :{}", prefix); // [1, prefix, width]
        long width = positions.getShape().get(2);
        NDArray patches = positions.get(":, {}:", prefix).reshape(new Shape(grid.tokens(), width));
        NDArray resized =
                interpolation.resize(patches, grid, pass.grid(), manager).expandDims(0);
        return prefix == 0 ? resized : NDArrays.concat(new NDList(before, resized), 1);
    }
}
