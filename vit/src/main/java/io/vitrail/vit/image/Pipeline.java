package io.vitrail.vit.image;

import java.util.Optional;

/** What a processor does to one picture. */
sealed interface Pipeline permits SamplePipeline, TensorPipeline, TilePipeline {
    Planes run(Image image);

    /** The same with the tiles that the picture is cut into, if it is. */
    default Tiles tiles(Image image) {
        return Tiles.of(run(image));
    }

    /** Whether it is of a kind that cuts pictures into tiles, if the settings say so. */
    default boolean canCutTiles() {
        return false;
    }

    Resize resize();

    Optional<CentreCrop> crop();

    /** Whether the results are still samples of 8 bits: neither rescaled nor normalised. */
    boolean isRaw();

    /** Whether the pictures of a batch are padded to the size of the largest, and a mask tells where they are real. */
    boolean padsBatch();

    /** Where the edges of a processed picture lie in one of this size; beyond its edges where a crop adds black. */
    default Box view(int height, int width) {
        SizeRule.Size size = resize().rule().of(height, width);
        Window frame = frame(crop(), size);
        double columns = (double) width / size.width();
        double rows = (double) height / size.height();
        return new Box(
                columns * frame.left(),
                rows * frame.top(),
                columns * (frame.left() + frame.width()),
                rows * (frame.top() + frame.height()));
    }

    /** What a crop keeps of a picture of this size; without one, all. */
    static Window frame(Optional<CentreCrop> crop, SizeRule.Size size) {
        return crop.map(c -> c.of(size)).orElse(Window.of(size));
    }
}
