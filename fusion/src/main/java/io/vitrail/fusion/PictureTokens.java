package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Pass;
import io.vitrail.vit.LoadedVisionModel;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.ProcessedImages;
import io.vitrail.vit.image.Tiling;
import java.util.List;

/**
 * A picture as tokens of a language model, on Java's heap: a conversation keeps them for as long as it lives, and has nothing to
 * close. {@link SeenPicture} holds a picture for one call in native memory.
 *
 * @param values of shape [tiles and whole, picture tokens, width]
 * @param tiling how the picture was cut
 */
record PictureTokens(float[] values, Shape shape, Tiling tiling) {
    /** @param processed one picture, with its tiles */
    static PictureTokens of(ProcessedImages processed, SoftPromptWriter model, NDManager scope, Pass pass) {
        VisionInput pictures = VisionInput.of(LoadedVisionModel.joined(List.of(processed.pixelValues()), scope));
        VisionInput real = processed
                .pixelMask()
                .map(mask -> pictures.withReal(scope.create(mask.toLongArray(), mask.getShape())))
                .orElse(pictures);
        NDArray seen = model.see(real, pass);
        return new PictureTokens(seen.toFloatArray(), seen.getShape(), processed.firstTiling());
    }

    /** All tokens, one picture after the other: [tiles and wholes, picture tokens, width]. */
    static NDArray joined(List<PictureTokens> pictures, NDManager scope) {
        NDList all = new NDList();
        pictures.forEach(picture -> all.add(scope.create(picture.values, picture.shape)));
        return NDArrays.concat(all, 0);
    }
}
