package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.GridPositions;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Interpolation;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
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
     * @param positions how the position table is resized; empty where there is none
     * @param maskToken whether there is a token for masked patches
     */
    record Parts(
            int width,
            Bias patchBias,
            List<String> specialTokens,
            Optional<Interpolation> positions,
            boolean maskToken) {}

    private final PatchEmbedding patches;
    private final List<Parameter> specialTokens;
    private final Optional<Parameter> maskToken;
    private final Optional<GridPositions> positions;

    ImageEmbedding(ImageConfig image, Parts parts) {
        int width = parts.width();
        patches = part("patches", new PatchEmbedding(image, width, parts.patchBias()));
        specialTokens = parts.specialTokens().stream()
                .map(name -> parameter(name, Parameter.Type.OTHER, Initializers.NORMAL, 1, 1, width))
                .toList();
        maskToken = parts.maskToken()
                ? Optional.of(parameter("maskToken", Parameter.Type.OTHER, Initializers.ZERO, 1, 1, width))
                : Optional.empty();
        positions = parts.positions()
                .map(how -> part("positions", new GridPositions(specialTokens.size(), image.grid(), width, how)));
    }

    /** The input's pixels to [batch, special tokens + patches, width]; the pass knows the grid. */
    NDArray forward(VisionInput input, Pass pass) {
        NDArray x = patches.forward(input.pixels(), pass); // [batch, patches, width]
        if (input.masked().isPresent()) {
            x = masked(x, input.masked().get(), pass);
        }
        return forwardPatches(x, pass);
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return forwardPatches(patches.forward(pixels, pass), pass);
    }

    private NDArray forwardPatches(NDArray x, Pass pass) {
        for (int i = specialTokens.size() - 1; i >= 0; i--) {
            x = before(x, value(specialTokens.get(i), x, pass));
        }
        NDArray tokens = x;
        return positions.map(table -> table.forward(tokens, pass)).orElse(tokens);
    }

    /** Patches whose flag is 1 become the mask token (Bao et al. 2021, BEiT, section 2.3). */
    private NDArray masked(NDArray x, NDArray flags, Pass pass) {
        Check.that(maskToken.isPresent(), "This checkpoint has no mask token, so patches can't be masked.");
        Shape s = x.getShape();
        Check.that(
                flags.getShape().equals(new Shape(s.get(0), s.get(1))),
                "Mask flags must be [batch, patches] = [%d, %d], not %s.",
                s.get(0),
                s.get(1),
                flags.getShape());
        NDArray lent = Scope.lend(flags, x.getManager());
        NDArray mask = lent.toType(DataType.FLOAT32, false).expandDims(2); // [batch, patches, 1]
        NDArray kept = x.mul(mask.neg().add(1f));
        return kept.add(mask.mul(value(maskToken.get(), x, pass)));
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
