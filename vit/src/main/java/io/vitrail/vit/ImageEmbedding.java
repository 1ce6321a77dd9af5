package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.GridPositions;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import java.util.List;
import java.util.Optional;

/**
 * Pixels to tokens (Dosovitskiy et al. 2020, equation 1): patches are projected, masked ones replaced, special tokens put
 * before them, positions added.
 */
final class ImageEmbedding extends TensorBlock {
    /**
     * Which of these a family has.
     *
     * @param width of the tokens
     * @param patchBias whether the projection of patches has a bias
     * @param specialTokens names of the tokens before the patches, in order, such as "classToken"
     * @param positions empty where none are added
     * @param maskToken whether there is a token for masked patches
     */
    record Parts(
            int width, Bias patchBias, List<String> specialTokens, Optional<Positions> positions, boolean maskToken) {}

    /**
     * A table of positions.
     *
     * @param interpolation how it is resized
     * @param unasked which pictures it serves where interpolating isn't asked for
     */
    record Positions(Interpolation interpolation, PictureSizes unasked) {}

    private final ImageConfig image;
    private final Parts parts;
    private final PatchEmbedding patches;
    private final List<Parameter> specialTokens;
    private final Optional<Parameter> maskToken;
    private final Optional<GridPositions> positions;

    ImageEmbedding(ImageConfig image, Parts parts) {
        this.image = image;
        this.parts = parts;
        int width = parts.width();
        patches = part("patches", new PatchEmbedding(image, width, parts.patchBias()));
        specialTokens = parts.specialTokens().stream()
                .map(name -> parameter(name, Parameter.Type.OTHER, Initializers.NORMAL, 1, 1, width))
                .toList();
        maskToken = parts.maskToken()
                ? Optional.of(parameter("maskToken", Parameter.Type.OTHER, Initializers.ZERO, 1, 1, width))
                : Optional.empty();
        positions = parts.positions()
                .map(table -> part(
                        "positions",
                        new GridPositions(specialTokens.size(), image.tableGrid(), width, table.interpolation())));
    }

    /**
     * The input's pixels to [batch, special tokens + patches, width].
     *
     * @throws IllegalArgumentException if the positions don't serve pictures of this size
     */
    NDArray forward(VisionInput input, Pass pass) {
        Check.that(input.real().isEmpty(), "This model doesn't tell padding from pictures: it takes no pixel mask.");
        Grid places = parts.positions()
                .map(table -> input.size() == VisionInput.SizePolicy.STRICT ? table.unasked() : PictureSizes.ALL)
                .map(sizes -> sizes.places(image, input))
                .orElse(Grid.NONE);
        NDArray projected = patches.forward(input.pixels(), pass); // [batch, patches, width]
        NDArray x = input.withoutMasked(projected, maskToken.map(token -> value(token, projected, pass)));
        for (int i = specialTokens.size() - 1; i >= 0; i--) {
            x = before(x, value(specialTokens.get(i), x, pass));
        }
        return positions.isEmpty() ? x : positions.get().forward(x, pass.withGrid(places));
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return forward(VisionInput.of(pixels), pass);
    }

    /** The same tokens before those of every picture: [1, count, width] and [batch, tokens, width]. */
    static NDArray before(NDArray x, NDArray tokens) {
        return NDArrays.concat(new NDList(repeated(x, tokens), x), 1);
    }

    /** [1, count, width] for every picture of the batch: [batch, count, width], in x's manager. */
    static NDArray repeated(NDArray x, NDArray tokens) {
        NDManager manager = x.getManager();
        Shape s = tokens.getShape();
        return manager.zeros(new Shape(x.getShape().get(0), s.get(1), s.get(2))).add(tokens);
    }
}
