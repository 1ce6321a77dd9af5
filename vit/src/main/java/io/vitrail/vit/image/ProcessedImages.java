package io.vitrail.vit.image;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;

/**
 * A batch of pictures as a model takes it. Both tensors belong to the manager that the batch was made with; closing
 * this closes them.
 *
 * @param pixelValues [batch, 3, imageHeight, imageWidth], FLOAT32; UINT8 if neither rescaled nor normalised
 * @param pixelMask [batch, imageHeight, imageWidth], INT64, 1 where the picture is and 0 where it was padded; only from
 *     processors that pad
 * @param tilings how each picture was cut into tiles, which are pictures of the batch then: before the whole picture
 */
public record ProcessedImages(NDArray pixelValues, Optional<NDArray> pixelMask, List<Tiling> tilings)
        implements AutoCloseable {
    public ProcessedImages {
        tilings = List.copyOf(tilings);
    }

    /** How the first picture was cut into tiles; not at all, if the processor cuts none. */
    public Tiling firstTiling() {
        return tilings.isEmpty() ? Tiling.NONE : tilings.get(0);
    }

    @Override
    public void close() {
        pixelValues.close();
        pixelMask.ifPresent(NDArray::close);
    }
}
