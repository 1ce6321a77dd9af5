package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Optional;
import java.util.stream.IntStream;

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

    /** Queries times keys: with 12 heads the bias of one layer is 3 GB. */
    private static final long MOST_PAIRS = 1 << 26;

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

    /**
     * The same pass, whose blocks share the numbers of the rows that their tables are read by: what all layers would
     * compute alike is computed once.
     *
     * @param prefix as the blocks'
     * @param manager owns the numbers
     * @throws IllegalArgumentException if the grid has too many places
     */
    public static Pass sharing(int prefix, Pass pass, NDManager manager) {
        return pass.withDistances(rowNumbers(prefix, pass.grid(), manager));
    }

    /** The bias for the pass's grid as a mask; its array belongs to x's manager. */
    public AttentionMask mask(NDArray x, Pass pass) {
        return new AttentionMask.Bias(forward(x, pass));
    }

    /**
     * The bias for the pass's grid: [1, heads, tokens, tokens], float32, in the manager of x, which isn't read.
     *
     * @throws IllegalArgumentException if the grid has too many places
     */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return kept.filter(bias -> pass.grid().equals(grid))
                .map(bias -> Scope.lend(bias, x.getManager()))
                .orElseGet(() -> computed(x, pass));
    }

    private NDArray computed(NDArray x, Pass pass) {
        NDManager manager = x.getManager();
        NDArray numbers = pass.geometry().distances().orElseGet(() -> rowNumbers(prefix, pass.grid(), manager));
        NDArray rows = resized(Scope.lend(value(table, x, pass), manager), pass.grid()); // [distances, heads]
        NDArray byHead =
                rows.transpose().flatten().reshape(heads, rows.getShape().get(0));
        NDArray chosen = byHead.get(new NDIndex(":, {}", numbers)); // [heads, tokens²]
        long tokens = prefix + pass.grid().tokens();
        return chosen.reshape(1, heads, tokens, tokens);
    }

    /** The differences of rows and of columns that two places of a grid can have. */
    private static Grid distances(Grid places) {
        return new Grid(Math.multiplyExact(2, places.rows()) - 1, Math.multiplyExact(2, places.columns()) - 1);
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

    /** Which row of the table each query takes for each key, query by query: [tokens²], int64. */
    private static NDArray rowNumbers(int prefix, Grid places, NDManager manager) {
        long tokens = prefix + places.tokens();
        Check.that(
                tokens * tokens <= MOST_PAIRS,
                "%d × %d places are too many for a bias between each two of them: %d numbers a head, of at most %d.%n"
                        + "  try:  a smaller picture.",
                places.rows(),
                places.columns(),
                tokens * tokens,
                MOST_PAIRS);
        try (NDManager scope = manager.newSubManager()) {
            NDArray position = Scope.owned(scope.create(positions(places)));
            long same = position.getLong(places.tokens() - 1); // the row of distance 0
            NDArray between = position.add(same).expandDims(1).sub(position); // [places, places]
            int classRows = distances(places).tokens();
            NDArray numbers = (prefix == 0 ? between : withClassToken(between, classRows)).flatten();
            numbers.attach(manager);
            return numbers;
        }
    }

    /** A number for each place, such that differences of numbers tell differences of places apart. */
    private static long[] positions(Grid places) {
        int stride = distances(places).columns();
        return IntStream.range(0, places.tokens())
                .mapToLong(place -> (long) place / places.columns() * stride + place % places.columns())
                .toArray();
    }

    /** With a class token before the places, whose rows of the table begin with the given one. */
    private static NDArray withClassToken(NDArray between, int first) {
        NDManager manager = between.getManager();
        long places = between.getShape().get(0);
        NDArray toPlaces = manager.full(new Shape(1, places), first, DataType.INT64);
        NDArray fromPlaces = manager.full(new Shape(places, 1), first + 1f, DataType.INT64);
        NDArray toItself = manager.full(new Shape(1, 1), first + 2f, DataType.INT64);
        NDArray top = NDArrays.concat(new NDList(toItself, toPlaces), 1);
        return NDArrays.concat(new NDList(top, NDArrays.concat(new NDList(fromPlaces, between), 1)), 0);
    }

    /**
     * The table stays as it is, for masks are float32 with all operations; the bias for its own grid is computed once.
     */
    @Override
    public void prepareFor(Operations operations) {
        long tokens = prefix + grid.tokens();
        if (tokens * tokens > MOST_KEPT / heads) {
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
