package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a large picture into square tiles, so that a model sees its details without seeing larger pictures (Laurençon et
 * al. 2024, "Building and better understanding vision-language models", section 3.2). The picture is resized, then
 * again to whole tiles, and a third time to one tile for the whole; each time it is rounded to 8 bits.
 *
 * @param resize what comes first
 * @param side of a tile, in pixels
 * @param cut whether there are tiles; otherwise there is the whole picture alone, as large as a tile
 * @param filter of the resizing to tiles
 */
record TilePipeline(Resize resize, int side, boolean cut, Resampling filter, ValueTable values, boolean padsBatch)
        implements Pipeline {
    private static final int MOST_TILES = 4096;

    @Override
    public Tiles tiles(Image image) {
        Pixels given = image.pixels();
        SizeRule.Size size = resize.rule().of(given.height(), given.width());
        Pixels pixels = resize.apply(given, size, Window.of(size));
        if (!cut) {
            return Tiles.of(values.apply(resized(pixels, new SizeRule.Size(side, side))));
        }
        Pixels large = resized(pixels, wholeTiles(pixels));
        Tiling tiling = tiling(large);
        List<Planes> pictures = new ArrayList<>();
        for (int i = 0; i + 1 < tiling.pictures(); i++) {
            int left = i % tiling.columns() * side;
            int top = i / tiling.columns() * side;
            pictures.add(values.apply(large.crop(left, top, side, side)));
        }
        pictures.add(values.apply(resized(large, new SizeRule.Size(side, side))));
        return new Tiles(pictures, tiling);
    }

    /** The longer edge becomes a multiple of a tile's; the other one follows it, and becomes one itself. */
    private SizeRule.Size wholeTiles(Pixels pixels) {
        double aspect = (double) pixels.width() / pixels.height();
        if (pixels.width() >= pixels.height()) {
            int width = multiple(pixels.width());
            return new SizeRule.Size(multiple((int) (width / aspect)), width);
        }
        int height = multiple(pixels.height());
        return new SizeRule.Size(height, multiple((int) (height * aspect)));
    }

    private int multiple(int edge) {
        return Math.toIntExact((edge + side - 1L) / side * side);
    }

    private Tiling tiling(Pixels large) {
        int rows = large.height() / side;
        int columns = large.width() / side;
        Check.that(
                (long) rows * columns <= MOST_TILES,
                "A picture of %d x %d tiles (rows x columns) of %d pixels has more than %d.",
                rows,
                columns,
                side,
                MOST_TILES);
        return rows > 1 || columns > 1 ? new Tiling(rows, columns) : Tiling.NONE;
    }

    private Pixels resized(Pixels pixels, SizeRule.Size size) {
        return new Resize(new SizeRule.Exact(size.height(), size.width()), filter, resize.arithmetic())
                .apply(pixels, size, Window.of(size));
    }

    /** The whole picture, as large as a tile. */
    @Override
    public Planes run(Image image) {
        return tiles(image).whole();
    }

    @Override
    public Optional<CentreCrop> crop() {
        return Optional.empty();
    }

    @Override
    public boolean canCutTiles() {
        return true;
    }

    @Override
    public boolean isRaw() {
        return values.isRaw();
    }

    @Override
    public String toString() {
        List<String> steps = new ArrayList<>();
        if (!resize.equals(Resize.NONE)) {
            steps.add(resize.toString());
        }
        steps.add((cut ? "cut into tiles of " : "resize to ") + side + " x " + side);
        steps.addAll(values.steps());
        return String.join(", ", steps);
    }
}
