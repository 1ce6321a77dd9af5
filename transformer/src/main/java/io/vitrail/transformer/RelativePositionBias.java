package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import java.util.Optional;

/**
 * Adds to attention's scores a learned number for each distance between two places of a grid, per head (Liu et al.
 * 2021, Swin, equation 4; Bao et al. 2021, BEiT, after T5). With a class token before the grid, three more rows of the
 * table are for its scores: from it to a place, from a place to it, and to itself.
 */
public final class RelativePositionBias extends TensorBlock {
    private static final int CLASS_ROWS = 3;

    /**
     * Numbers of a bias that a prepared block keeps: 4 MB a layer, enough for 14 × 14 places; more would rival the
     * weights.
     */
    private static final long MOST_KEPT = 1 << 20;

    private final int prefix;
    private final Grid grid;
    private final int heads;
    private final Parameter table;
    private Optional<NDArray> kept = Optional.empty();

    /**
     * @param prefix 1 if a class token is before the grid, else 0
     * @param grid that the table is for
     */
    public RelativePositionBias(int prefix, Grid grid, int heads) {
        Check.that(prefix == 0 || prefix == 1, "There can be no or one class token, not %d.", prefix);
        this.prefix = prefix;
        this.grid = grid;
        this.heads = heads;
        int rows = distances(grid).tokens() + prefix * CLASS_ROWS;
        table = parameter("table", Parameter.Type.OTHER, Initializers.ZERO, rows, heads);
    }

    /** The bias for the pass's grid as a mask; its array belongs to x's manager. */
    public AttentionMask mask(NDArray x, Pass pass) {
        return new AttentionMask.Bias(forward(x, pass));
    }

    /** The bias for the pass's grid: [1, heads, tokens, tokens], float32, in the manager of x, which isn't read. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return kept.filter(bias -> pass.grid().equals(grid))
                .map(bias -> Scope.lend(bias, x.getManager()))
                .orElseGet(() -> computed(x, pass));
    }

    private NDArray computed(NDArray x, Pass pass) {
        NDManager manager = x.getManager();
        NDArray rows = resized(Scope.lend(value(table, x, pass), manager), pass.grid()); // [distances, heads]
        NDArray byHead =
                rows.transpose().flatten().reshape(heads, rows.getShape().get(0));
        long tokens = prefix + pass.grid().tokens();
        NDArray chosen = byHead.get(
                new NDIndex(":, {}", Scope.owned(manager.create(rowNumbers(pass.grid()))))); // [heads, tokens²]
        return chosen.reshape(1, heads, tokens, tokens);
    }

    /** The differences of rows and of columns that two places of a grid can have. */
    private static Grid distances(Grid places) {
        return new Grid(2 * places.rows() - 1, 2 * places.columns() - 1);
    }

    /**
     * The table for another grid. The reference reads the old one with rows and columns exchanged, so this does too.
     */
    private NDArray resized(NDArray rows, Grid places) {
        Grid from = new Grid(distances(grid).columns(), distances(grid).rows());
        Grid to = distances(places);
        if (from.equals(to)) {
            return rows;
        }
        NDArray between = Interpolation.BILINEAR.resize(
                rows.get(":{}", from.tokens()), from, to, rows.getManager()); // [distances, heads]
        NDArray ofClass = rows.get("{}:", from.tokens()); // [prefix · 3, heads]
        return prefix == 0 ? between : NDArrays.concat(new NDList(between, ofClass), 0);
    }

    /** Which row of the table each query takes for each key, query by query. */
    private long[] rowNumbers(Grid places) {
        int tokens = prefix + places.tokens();
        int stride = distances(places).columns();
        int centre = (places.rows() - 1) * stride + places.columns() - 1; // distance 0
        long[] numbers = new long[Math.multiplyExact(tokens, tokens)];
        for (int query = 0; query < tokens; query++) {
            for (int key = 0; key < tokens; key++) {
                boolean ofClass = query < prefix || key < prefix;
                numbers[query * tokens + key] = ofClass
                        ? distances(places).tokens() + classRow(query, key)
                        : centre + position(query - prefix, places) - position(key - prefix, places);
            }
        }
        return numbers;
    }

    /** A number for each place, such that differences of numbers tell differences of places apart. */
    private static int position(int place, Grid places) {
        return place / places.columns() * distances(places).columns() + place % places.columns();
    }

    private static int classRow(int query, int key) {
        return query > 0 ? 1 : key > 0 ? 0 : 2;
    }

    /**
     * The table stays as it is, for masks are float32 with all operations; the bias for its own grid is computed once.
     */
    @Override
    public void prepareFor(Operations operations) {
        long tokens = prefix + grid.tokens();
        if (heads * tokens * tokens > MOST_KEPT) {
            return;
        }
        NDManager owner = table.getArray().getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDArray bias = computed(scope.create(0f), Pass.inference(operations).withGrid(grid));
            bias.attach(owner);
            kept = Optional.of(bias);
        }
    }
}
