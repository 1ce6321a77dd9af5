package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.Tokens;
import java.util.stream.IntStream;

/**
 * Pictures of any size to tokens: a patch gets the position that lies at the same fraction of the table's side as the
 * patch of its own picture's (Dehghani et al. 2023, "Patch n' Pack: NaViT", section 2.1). Smaller pictures of a batch are
 * padded on the right and below; patches of padding get the first position, and are hidden.
 */
final class FractionalImageEmbedding extends TensorBlock {
    private final ImageConfig image;
    private final int side;
    private final PatchEmbedding patches;
    private final TokenEmbedding positions;

    /** @param image whose table of positions is a square */
    FractionalImageEmbedding(ImageConfig image, int width) {
        this.image = image;
        side = image.grid().rows();
        Check.that(
                side == image.grid().columns(),
                "Positions by fractions need a square of patches, not %d × %d.",
                side,
                image.grid().columns());
        patches = part("patches", new PatchEmbedding(image, width, Bias.PRESENT));
        positions = part("positions", new TokenEmbedding(image.grid().tokens(), width));
    }

    /**
     * Patches row by row: [batch, patches, width].
     *
     * @throws IllegalArgumentException if what is real of a picture isn't a rectangle at its top left
     */
    Tokens forward(VisionInput input, Pass pass) {
        Grid grid = image.wholePatches(input);
        NDArray x = patches.forward(input.pixels(), pass); // [batch, patches, width]
        NDManager manager = x.getManager();
        int batch = Math.toIntExact(x.getShape().get(0));
        boolean[] real = real(input, grid, batch, manager);
        long[] places = new long[real.length];
        for (int first = 0; first < real.length; first += grid.tokens()) {
            place(places, real, first, grid);
        }
        Shape shape = new Shape(batch, grid.tokens());
        return new Tokens(x.add(positions.forward(manager.create(places, shape), pass)), hidden(manager, real, shape));
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return forward(VisionInput.of(pixels), pass).vectors();
    }

    /** Of all pictures' patches, which have a pixel that isn't padding. */
    private boolean[] real(VisionInput input, Grid grid, int batch, NDManager manager) {
        boolean[] real = new boolean[Math.multiplyExact(batch, grid.tokens())];
        float[] pixels = input.real()
                .map(mask -> Scope.lend(mask, manager)
                        .toType(DataType.FLOAT32, false)
                        .get(":, :{}, :{}", grid.rows() * image.patchHeight(), grid.columns() * image.patchWidth())
                        .reshape(batch, grid.rows(), image.patchHeight(), grid.columns(), image.patchWidth())
                        .sum(new int[] {2, 4})
                        .toFloatArray())
                .orElseGet(() -> new float[0]);
        for (int i = 0; i < real.length; i++) {
            real[i] = pixels.length == 0 || pixels[i] > 0;
        }
        return real;
    }

    /** The places of one picture's patches in the table. */
    private void place(long[] places, boolean[] real, int first, Grid grid) {
        int rows = (int) IntStream.range(0, grid.rows())
                .filter(row -> real[first + row * grid.columns()])
                .count();
        int columns = (int) IntStream.range(0, grid.columns())
                .filter(column -> real[first + column])
                .count();
        for (int i = 0; i < grid.tokens(); i++) {
            int row = i / grid.columns();
            int column = i % grid.columns();
            Check.that(
                    real[first + i] == (row < rows && column < columns) && rows > 0 && columns > 0,
                    "The pixel mask of picture %d must show a rectangle of patches at the top left, and nothing else.",
                    first / grid.tokens());
            places[first + i] = real[first + i] ? fraction(row, rows) * side + fraction(column, columns) : 0;
        }
    }

    /**
     * Where in the table's side a patch lies that so many lie before. Where a patch begins exactly where one of the
     * table's does, it gets the one before, as in the reference, which takes a millionth off the fraction.
     */
    private long fraction(long before, long patches) {
        return before == 0 ? 0 : (before * side - 1) / patches;
    }

    private static AttentionMask hidden(NDManager manager, boolean[] real, Shape shape) {
        float[] seen = new float[real.length];
        boolean all = true;
        for (int i = 0; i < real.length; i++) {
            seen[i] = real[i] ? 1 : 0;
            all &= real[i];
        }
        return all ? AttentionMask.NONE : new AttentionMask.Padding(manager.create(seen, shape));
    }
}
