package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Scope;
import java.util.Optional;

/**
 * What a vision model reads.
 *
 * @param pixels [batch, channels, imageHeight, imageWidth], normalised
 * @param size what to do when the picture's size isn't the one that the position table was made for
 * @param masked [batch, patches], 1 where a patch is replaced by the mask token
 * @param noise [batch, patches], by which a masked autoencoder orders its patches
 * @param real [batch, imageHeight, imageWidth]: 1 for a picture's pixel, 0 for padding; without it, nothing is padding
 */
public record VisionInput(
        NDArray pixels, SizePolicy size, Optional<NDArray> masked, Optional<NDArray> noise, Optional<NDArray> real) {
    /** Whether pictures of another size are refused. */
    public enum SizePolicy {
        /** Another size is an error, as it is for the reference unless asked otherwise. */
        STRICT,
        /** The position table is interpolated to the picture's grid. */
        INTERPOLATE
    }

    public VisionInput {
        Shape shape = pixels.getShape();
        Check.that(
                shape.dimension() == 4 && shape.size() > 0,
                "Pixels must be [batch, channels, imageHeight, imageWidth], not %s.",
                shape);
        Check.that(pixels.getDataType() == DataType.FLOAT32, "Pixels must be float32, not %s.", pixels.getDataType());
        Shape expected = new Shape(shape.get(0), shape.get(2), shape.get(3));
        real.ifPresent(mask -> Check.that(
                mask.getShape().equals(expected),
                "The pixel mask must be [batch, imageHeight, imageWidth] = %s, not %s.",
                expected,
                mask.getShape()));
    }

    /** Pixels of the size that the model was made for. */
    public static VisionInput of(NDArray pixels) {
        return new VisionInput(pixels, SizePolicy.STRICT, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public VisionInput withSize(SizePolicy policy) {
        return new VisionInput(pixels, policy, masked, noise, real);
    }

    public VisionInput withMasked(NDArray patches) {
        return new VisionInput(pixels, size, Optional.of(patches), noise, real);
    }

    public VisionInput withNoise(NDArray order) {
        return new VisionInput(pixels, size, masked, Optional.of(order), real);
    }

    /** Pictures that were padded, for a model that tells padding from pictures. */
    public VisionInput withReal(NDArray mask) {
        return new VisionInput(pixels, size, masked, noise, Optional.of(mask));
    }

    /**
     * Patches, of which the masked ones become a token (Bao et al. 2021, BEiT, section 2.3).
     *
     * @param x [batch, patches, width]
     * @param token [1, 1, width], if the checkpoint has one
     * @throws IllegalArgumentException if patches are masked without a token, or others than there are
     */
    NDArray withoutMasked(NDArray x, Optional<NDArray> token) {
        if (masked.isEmpty()) {
            return x;
        }
        Check.that(token.isPresent(), "This checkpoint has no mask token, so patches can't be masked.");
        NDArray flags = Scope.lend(masked.get(), x.getManager());
        Shape s = x.getShape();
        Check.that(
                flags.getShape().equals(new Shape(s.get(0), s.get(1))),
                "Mask flags must be [batch, patches] = [%d, %d], not %s.",
                s.get(0),
                s.get(1),
                flags.getShape());
        NDArray mask = flags.toType(DataType.FLOAT32, false).expandDims(2); // [batch, patches, 1]
        return x.mul(mask.neg().add(1f)).add(mask.mul(token.get()));
    }

    int height() {
        return Math.toIntExact(pixels.getShape().get(2));
    }

    int width() {
        return Math.toIntExact(pixels.getShape().get(3));
    }
}
