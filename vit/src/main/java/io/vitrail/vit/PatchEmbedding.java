package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Initializers;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TensorBlock;
import java.util.Optional;

/**
 * Splits an image into patches and projects each to a token (Dosovitskiy et al. 2020, section 3.1, equation 1). Stored as a
 * convolution whose stride is its size; computed as the linear map of flattened patches that it is.
 */
final class PatchEmbedding extends TensorBlock {
    private final ImageConfig image;
    private final int width;
    private final Parameter weight;
    private final Optional<Parameter> bias;
    private Optional<Affine> packed = Optional.empty();

    PatchEmbedding(ImageConfig image, int width, Bias bias) {
        this.image = image;
        this.width = width;
        weight = parameter(
                "weight",
                Parameter.Type.WEIGHT,
                Initializers.NORMAL,
                width,
                image.channels(),
                image.patchHeight(),
                image.patchWidth());
        this.bias = bias == Bias.PRESENT
                ? Optional.of(parameter("bias", Parameter.Type.BIAS, Initializers.ZERO, width))
                : Optional.empty();
    }

    /**
     * @param pixels [batch, channels, imageHeight, imageWidth]; what is beyond the last whole patch is left out
     * @return [batch, tokens, width], row by row from the top left
     * @throws IllegalArgumentException if the channels are not the model's
     */
    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return pass.operations().linear(patches(pixels), affine(pixels, pass), Activation.LINEAR);
    }

    /** [batch, channels, imageHeight, imageWidth] to [batch, tokens, channels · patchHeight · patchWidth]. */
    private NDArray patches(NDArray pixels) {
        Shape s = pixels.getShape();
        Check.that(
                s.get(1) == image.channels(),
                "The model needs pictures with %d channels, not %d.",
                image.channels(),
                s.get(1));
        long rows = s.get(2) / image.patchHeight();
        long columns = s.get(3) / image.patchWidth();
        NDArray whole = pixels.get(":, :, :{}, :{}", rows * image.patchHeight(), columns * image.patchWidth());
        return whole.reshape(s.get(0), s.get(1), rows, image.patchHeight(), columns, image.patchWidth())
                .transpose(0, 2, 4, 1, 3, 5) // [batch, rows, columns, channels, patchHeight, patchWidth]
                .reshape(s.get(0), rows * columns, inWidth());
    }

    private int inWidth() {
        return image.channels() * image.patchHeight() * image.patchWidth();
    }

    private Affine affine(NDArray pixels, Pass pass) {
        return packed.orElseGet(() -> flat(
                Scope.lend(value(weight, pixels, pass), pixels.getManager()), bias.map(b -> value(b, pixels, pass))));
    }

    private Affine flat(NDArray kernels, Optional<NDArray> shift) {
        return new Affine(kernels.reshape(width, inWidth()), shift, inWidth(), width);
    }

    @Override
    public void prepareFor(Operations operations) {
        Affine loaded = flat(weight.getArray(), bias.map(Parameter::getArray));
        Affine ready = operations.prepare(loaded);
        packed = Optional.of(ready);
        if (ready.weight() != loaded.weight()) {
            loaded.weight().close();
            weight.close();
            bias.ifPresent(Parameter::close);
        }
    }
}
