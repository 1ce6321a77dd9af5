package io.vitrail.vit;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.Grid;

/** Which pictures a family reads where its positions needn't be interpolated; if they may be, it reads all. */
enum PictureSizes {
    /** Those of the size that the model was made for. */
    ITS_OWN {
        @Override
        Grid places(ImageConfig image, VisionInput input) {
            image.grid(input);
            return image.tableGrid();
        }
    },
    /** Those with as many patches, however they lie: each patch takes the next row of the table. */
    AS_MANY_PATCHES {
        @Override
        Grid places(ImageConfig image, VisionInput input) {
            Grid grid = image.wholePatches(input);
            Check.that(
                    grid.tokens() == image.grid().tokens(),
                    "The picture is %d × %d pixels (height × width), which makes %d patches; the model has positions"
                            + " for %d.%n"
                            + "  try:  resize it to %d × %d, or let the position table be interpolated"
                            + " (SizePolicy.INTERPOLATE).",
                    input.height(),
                    input.width(),
                    grid.tokens(),
                    image.grid().tokens(),
                    image.imageHeight(),
                    image.imageWidth());
            return image.tableGrid();
        }
    },
    /** All: the table is interpolated without being asked. */
    ALL {
        /** As the reference decides: square pictures with as many patches take the table as it is. */
        @Override
        Grid places(ImageConfig image, VisionInput input) {
            Grid grid = image.wholePatches(input);
            Grid table = image.tableGrid();
            if (grid.tokens() == table.tokens() && input.height() == input.width()) {
                return table;
            }
            Check.that(
                    table.rows() == table.columns() && image.patchHeight() == image.patchWidth(),
                    "Positions of %d × %d patches, each of %d × %d pixels, can't be interpolated, as they can't be in"
                            + " the reference: it needs a square number of square patches.",
                    table.rows(),
                    table.columns(),
                    image.patchHeight(),
                    image.patchWidth());
            return grid;
        }
    };

    /** The grid whose positions a picture takes: that of the table, where it is added as it is. */
    abstract Grid places(ImageConfig image, VisionInput input);
}
