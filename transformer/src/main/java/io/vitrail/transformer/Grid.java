package io.vitrail.transformer;

/**
 * How a picture's tokens lie: row by row from the top left.
 *
 * @param rows tokens from top to bottom
 * @param columns tokens from left to right
 */
public record Grid(int rows, int columns) {
    /** Of tokens that don't come from a picture. */
    public static final Grid NONE = new Grid(0, 0);

    public Grid {
        Check.that(rows >= 0 && columns >= 0, "A grid can't have %d rows and %d columns.", rows, columns);
    }

    /** Number of tokens. */
    public int tokens() {
        return Math.multiplyExact(rows, columns);
    }
}
