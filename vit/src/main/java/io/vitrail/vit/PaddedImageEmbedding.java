package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Pictures of unequal sizes to the tokens of one batch (Kim et al. 2021, "ViLT", section 4.2): smaller ones are padded
 * on the right and below. The table of positions is stretched over each picture's own patches, corner to corner, and
 * those of the padding are hidden.
 */
public final class PaddedImageEmbedding extends TensorBlock {
    private final ImageConfig image;
    private final int width;
    private final PatchEmbedding patches;
    private final Parameter classToken;
    private final Parameter positions;

    private PaddedImageEmbedding(ImageConfig image, int width) {
        this.image = image;
        this.width = width;
        patches = part("patches", new PatchEmbedding(image, width, Bias.PRESENT));
        classToken = parameter("classToken", Parameter.Type.OTHER, Initializers.NORMAL, 1, 1, width);
        positions = parameter(
                "positions",
                Parameter.Type.OTHER,
                Initializers.NORMAL,
                1,
                1 + image.grid().tokens(),
                width);
    }

    /** As a config.json of ViLT describes it, without weights yet. */
    public static PaddedImageEmbedding ofVilt(ConfigJson json) {
        return new PaddedImageEmbedding(ImageConfig.fromJson(json, 384, 32), json.size("hidden_size", 768));
    }

    /**
     * A class token, and behind it the patches, row by row.
     *
     * @return [batch, 1 + patches, width]
     * @throws IllegalArgumentException if a picture has no patch
     */
    public Tokens forward(PaddedPictures pictures, Pass pass) {
        Grid grid = image.wholePatches(VisionInput.of(pictures.pixels()));
        NDArray x = patches.forward(pictures.pixels(), pass); // [batch, patches, width]
        NDArray shown = shown(pictures, grid, x.getManager()); // [batch, rows, columns]
        float[] flags = shown.toFloatArray();
        NDArray table = Scope.lend(value(positions, x, pass), x.getManager()).reshape(-1, width);
        NDArray first = Scope.lend(value(classToken, x, pass), x.getManager()).add(table.get(":1"));
        x = ImageEmbedding.before(x.add(places(flags, grid, table)), first); // [batch, 1 + patches, width]
        return new Tokens(x, hidden(shown, flags));
    }

    /** The numbers behind the names of its shapes in weight tables, but for the width. */
    public Map<String, Long> sizes() {
        return Sizes.of(image).and("positions", 1 + image.grid().tokens()).asMap();
    }

    /** How the tokens of a picture without padding lie on its pixels. */
    public TokenLayout layout(int imageHeight, int imageWidth) {
        return image.layout(1, imageHeight, imageWidth);
    }

    /** Without padding. */
    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return forward(PaddedPictures.of(pixels), pass).vectors();
    }

    /** 1 for patches that begin within their picture: [batch, rows, columns]. */
    private static NDArray shown(PaddedPictures pictures, Grid grid, NDManager manager) {
        Shape s = pictures.pixels().getShape();
        if (pictures.real().isEmpty()) {
            return manager.ones(new Shape(s.get(0), grid.rows(), grid.columns()));
        }
        NDArray real = Scope.lend(pictures.real().get(), manager).toType(DataType.FLOAT32, false);
        NDArray rows = picked(Math.toIntExact(s.get(2)), grid.rows(), manager); // [1, rows, imageHeight]
        NDArray columns = picked(Math.toIntExact(s.get(3)), grid.columns(), manager);
        return rows.matMul(real).matMul(columns.transpose(0, 2, 1));
    }

    private static NDArray picked(int pixels, int patches, NDManager manager) {
        return Scope.owned(manager.create(Interpolation.NEAREST.weights(pixels, patches)))
                .expandDims(0);
    }

    /**
     * The positions of each picture's patches; zeros where there is padding: [batch, patches, width].
     *
     * @param table of the class token and of the grid that positions were learned for: [1 + places, width]
     */
    private NDArray places(float[] shown, Grid grid, NDArray table) {
        Map<Grid, NDArray> known = new HashMap<>();
        NDList all = new NDList();
        for (int start = 0; start < shown.length; start += grid.tokens()) {
            Grid own = extent(shown, start, grid);
            all.add(known.computeIfAbsent(own, size -> stretched(table.get("1:"), size, grid)));
        }
        return NDArrays.stack(all);
    }

    /** The rows and columns of one picture. */
    private static Grid extent(float[] shown, int start, Grid grid) {
        for (int i = start; i < start + grid.tokens(); i++) {
            Check.that(shown[i] == 0 || shown[i] == 1, "The pixel mask must hold 0 and 1 only, not %s.", shown[i]);
        }
        long rows = IntStream.range(0, grid.rows())
                .filter(row -> shown[start + row * grid.columns()] == 1)
                .count();
        long columns = IntStream.range(0, grid.columns())
                .filter(column -> shown[start + column] == 1)
                .count();
        Check.that(
                rows > 0 && columns > 0,
                "The pixel mask hides all patches at the left or at the top of picture %d.",
                start / grid.tokens());
        return new Grid((int) rows, (int) columns);
    }

    /** The table [places, width] over a picture of that size within the grid: [patches, width]. */
    private NDArray stretched(NDArray table, Grid size, Grid grid) {
        NDManager manager = table.getManager();
        NDArray own = Interpolation.BILINEAR_CORNERS
                .resize(table, image.grid(), size, manager)
                .reshape(size.rows(), size.columns(), width);
        NDArray right = manager.zeros(new Shape(size.rows(), grid.columns() - size.columns(), width));
        NDArray below = manager.zeros(new Shape(grid.rows() - size.rows(), grid.columns(), width));
        return own.concat(right, 1).concat(below, 0).reshape(grid.tokens(), width);
    }

    /** Hides patches of padding, if there are any; the class token is seen. */
    private static AttentionMask hidden(NDArray shown, float[] flags) {
        for (float flag : flags) {
            if (flag == 0) {
                long batch = shown.getShape().get(0);
                NDArray first = shown.getManager().ones(new Shape(batch, 1));
                return new AttentionMask.Padding(first.concat(shown.reshape(batch, -1), 1));
            }
        }
        return AttentionMask.NONE;
    }
}
