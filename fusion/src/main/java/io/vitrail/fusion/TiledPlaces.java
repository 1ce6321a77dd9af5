package io.vitrail.fusion;

import io.vitrail.transformer.Grid;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.image.Tiling;

/**
 * What was taken from a picture that was cut into tiles: each place gets what its tile's token has, and its part of what the
 * whole picture's token has that covers it. A token between two places is divided as it lies on them.
 */
final class TiledPlaces {
    private final Tiling tiling;
    private final TiledAxis rows;
    private final TiledAxis columns;

    /** @param whole layout of the whole picture's tokens on its pixels, height × width */
    TiledPlaces(Tiling tiling, TokenLayout whole, int height, int width) {
        this.tiling = tiling;
        Grid grid = whole.grid();
        rows = new TiledAxis(
                Math.max(1, tiling.rows()), grid.rows(), whole.rows().pitch(), height);
        columns = new TiledAxis(
                Math.max(1, tiling.columns()), grid.columns(), whole.columns().pitch(), width);
    }

    PicturePlaces places() {
        TokenLayout layout =
                TokenLayout.global(0, new Grid(rows.places(), columns.places()), rows.axis(), columns.axis());
        return new PicturePlaces(layout, tiling.pictures() * rows.tokens() * columns.tokens(), this::shares);
    }

    /** @param taken from the tokens of the tiles, row by row, and from those of the whole picture behind them */
    private float[] shares(float[] taken) {
        float[] places = new float[rows.places() * columns.places()];
        int next = 0;
        for (int tile = 0; tile < tiling.pictures(); tile++) {
            boolean whole = tile == tiling.pictures() - 1;
            for (int row = 0; row < rows.tokens(); row++) {
                double[] down = whole ? rows.ofWhole(row) : rows.ofTile(tile / tiling.columns(), row);
                for (int column = 0; column < columns.tokens(); column++) {
                    double[] across = whole ? columns.ofWhole(column) : columns.ofTile(tile % tiling.columns(), column);
                    add(places, taken[next++], down, across);
                }
            }
        }
        return places;
    }

    private static void add(float[] places, float share, double[] down, double[] across) {
        for (int row = 0; row < down.length; row++) {
            for (int column = 0; down[row] > 0 && column < across.length; column++) {
                places[row * across.length + column] += (float) (share * down[row] * across[column]);
            }
        }
    }
}
