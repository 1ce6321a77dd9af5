package io.vitrail.vit.attention;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Grid;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.TokenLayout;

/**
 * A number for each place of a grid that lies over a photo.
 *
 * @param grid of the places
 * @param rows where its rows lie, in the photo's pixels
 * @param columns where its columns lie
 * @param values row by row; treat it as read-only
 */
public record HeatMap(Grid grid, TokenAxis rows, TokenAxis columns, float[] values) {
    public HeatMap {
        Check.that(
                values.length == grid.tokens(),
                "%d values don't make %d × %d places.",
                values.length,
                grid.rows(),
                grid.columns());
    }

    /** Of a number for each token; those before the grid's are left out. */
    public static HeatMap of(TokenLayout layout, double[] tokens) {
        float[] values = new float[layout.grid().tokens()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) tokens[layout.specialTokens() + i];
        }
        return new HeatMap(layout.grid(), layout.rows(), layout.columns(), values);
    }

    /** The value at a place. */
    public float at(int row, int column) {
        return values[row * grid.columns() + column];
    }

    public float least() {
        float least = values[0];
        for (float value : values) {
            least = Math.min(least, value);
        }
        return least;
    }

    public float greatest() {
        float greatest = values[0];
        for (float value : values) {
            greatest = Math.max(greatest, value);
        }
        return greatest;
    }

    /**
     * How strongly each place is to be shown: 0 for the least value, 1 for the greatest, and between them by the square
     * root, so that one outstanding place doesn't leave all others dark. All 0 if the values are alike.
     */
    public float[] strengths() {
        float least = least();
        float range = greatest() - least;
        float[] strengths = new float[values.length];
        for (int i = 0; i < strengths.length && range > 0; i++) {
            strengths[i] = (float) Math.sqrt((values[i] - least) / range);
        }
        return strengths;
    }
}
