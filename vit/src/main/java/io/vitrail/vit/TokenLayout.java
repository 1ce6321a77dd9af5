package io.vitrail.vit;

import io.vitrail.transformer.Grid;
import java.util.stream.IntStream;

/**
 * How the tokens of one layer lie on the picture, and which of them its attention brings together.
 *
 * @param specialTokens before those of the grid
 * @param grid of the others, row by row
 * @param rows where the grid's rows lie
 * @param columns where its columns lie
 * @param windows the tokens of each window by number, −1 in place of padding; treat it as read-only
 */
public record TokenLayout(int specialTokens, Grid grid, TokenAxis rows, TokenAxis columns, int[][] windows) {
    /** All tokens in one window: every token sees every token. */
    public static TokenLayout global(int specialTokens, Grid grid, TokenAxis rows, TokenAxis columns) {
        int[] all = IntStream.range(0, specialTokens + grid.tokens()).toArray();
        return new TokenLayout(specialTokens, grid, rows, columns, new int[][] {all});
    }

    /** The special tokens and those of the grid. */
    public int tokens() {
        return specialTokens + grid.tokens();
    }

    /** The same grid behind another number of special tokens; every token sees every token. */
    public TokenLayout withSpecialTokens(int count) {
        return global(count, grid, rows, columns);
    }

    /** Of squares of neighbouring tokens that became one each, so many along a side: a divisor of the grid's sides. */
    public TokenLayout joined(int count) {
        Grid squares = new Grid(grid.rows() / count, grid.columns() / count);
        return global(specialTokens, squares, rows.joined(count), columns.joined(count));
    }

    /** The same with the grid elsewhere. */
    public TokenLayout at(TokenAxis otherRows, TokenAxis otherColumns) {
        return new TokenLayout(specialTokens, grid, otherRows, otherColumns, windows);
    }
}
