package io.vitrail.vit.image;

import io.vitrail.transformer.Check;

/**
 * How a picture was cut into tiles, row by row from the top left; behind them follows the whole picture, as small as a
 * tile. A picture that isn't cut has no tiles.
 */
public record Tiling(int rows, int columns) {
    /** Of a picture that isn't cut. */
    public static final Tiling NONE = new Tiling(0, 0);

    public Tiling {
        Check.that(
                rows > 0 && columns > 0 || rows == 0 && columns == 0,
                "A picture can't be cut into %d rows and %d columns.",
                rows,
                columns);
    }

    /** How many pictures a model reads instead: the tiles, and the whole. */
    public int pictures() {
        return Math.addExact(Math.multiplyExact(rows, columns), 1);
    }
}
