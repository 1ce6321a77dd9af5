package io.vitrail.vit.image;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Processed pictures that become one tensor: of one size, or padded with zeros on the right and below to the largest.
 *
 * @param pictures one after the other, each with its tiles before it
 * @param pipeline what processed them
 */
record PictureBatch(List<Planes> pictures, List<Tiling> tilings, int height, int width, Pipeline pipeline) {
    /** Processes each picture as it comes out of the stream, and lets go of it. */
    static PictureBatch of(Stream<Image> images, Pipeline pipeline) {
        List<Tiles> all = images.map(pipeline::tiles).toList();
        Check.that(!all.isEmpty(), "There is no picture to process.");
        List<Planes> pictures =
                all.stream().flatMap(tiles -> tiles.pictures().stream()).toList();
        int height = pictures.stream().mapToInt(Planes::height).max().orElseThrow();
        int width = pictures.stream().mapToInt(Planes::width).max().orElseThrow();
        Planes first = pictures.get(0);
        for (Planes picture : pictures) {
            Check.that(
                    pipeline.padsBatch() || picture.height() == first.height() && picture.width() == first.width(),
                    "The pictures of a batch must have one size after processing; here are %d x %d and %d x %d "
                            + "(height x width). Process them one by one, or resize them to one size.",
                    first.height(),
                    first.width(),
                    picture.height(),
                    picture.width());
        }
        List<Tiling> tilings = all.stream().map(Tiles::tiling).toList();
        return new PictureBatch(pictures, tilings, height, width, pipeline);
    }

    ProcessedImages toTensors(NDManager manager) {
        Shape shape = new Shape(pictures.size(), Planes.CHANNELS, height, width);
        ByteBuffer bytes = manager.allocateDirect(Math.toIntExact(shape.size() * Float.BYTES));
        FloatBuffer values = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (int i = 0; i < pictures.size(); i++) {
            copy(pictures.get(i), values, i);
        }
        NDArray pixelValues = manager.create(bytes, shape, DataType.FLOAT32);
        Optional<NDArray> mask = pipeline.padsBatch() ? Optional.of(mask(manager)) : Optional.empty();
        return new ProcessedImages(pipeline.isRaw() ? samples(pixelValues) : pixelValues, mask, tilings);
    }

    private static NDArray samples(NDArray values) {
        try (values) {
            return values.toType(DataType.UINT8, true);
        }
    }

    private void copy(Planes picture, FloatBuffer values, int index) {
        int rows = Planes.CHANNELS * picture.height();
        for (int row = 0; row < rows; row++) {
            int plane = index * Planes.CHANNELS + row / picture.height();
            values.position((plane * height + row % picture.height()) * width);
            values.put(picture.values(), row * picture.width(), picture.width());
        }
    }

    private NDArray mask(NDManager manager) {
        long[] mask = new long[Math.multiplyExact(pictures.size(), Math.multiplyExact(height, width))];
        for (int i = 0; i < pictures.size(); i++) {
            for (int y = 0; y < pictures.get(i).height(); y++) {
                int row = (i * height + y) * width;
                Arrays.fill(mask, row, row + pictures.get(i).width(), 1);
            }
        }
        return manager.create(mask, new Shape(pictures.size(), height, width));
    }
}
