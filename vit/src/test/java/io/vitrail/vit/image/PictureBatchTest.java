package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class PictureBatchTest {
    private static final double[] HALF = {0.5, 0.5, 0.5};
    private static final ImageProcessor PROCESSOR = ImageProcessor.vit(9, 7, Resampling.BICUBIC, HALF, HALF);

    /** Decoded pictures may be hundreds of megabytes each. */
    @Test
    void picturesOfAStreamAreLetGoOfOneByOne() {
        List<WeakReference<Image>> taken = new ArrayList<>();
        Stream<Image> images = Stream.of(10, 11, 12, 13).map(size -> {
            System.gc();
            assertThat(taken).allMatch(image -> image.refersTo(null));
            Image image = new ImageFixture(size, size).image();
            taken.add(new WeakReference<>(image));
            return image;
        });
        try (NDManager manager = NDManager.newBaseManager();
                ProcessedImages batch = PROCESSOR.process(images, manager)) {
            assertThat(batch.pixelValues().getShape()).isEqualTo(new Shape(4, 3, 9, 7));
        }
    }

    @Test
    void whatIsNeitherRescaledNorNormalisedStaysBytes() {
        ImageProcessor raw = PROCESSOR.withOptions(
                Golden.json("{\"do_resize\": false, \"do_rescale\": false, \"do_normalize\": false}"));
        Image image = Image.fromPixels(new byte[] {0, 1, (byte) 128, 3, 4, (byte) 255}, 2, 1);
        try (NDManager manager = NDManager.newBaseManager()) {
            ProcessedImages processed = raw.process(List.of(image), manager);
            assertThat(processed.pixelValues().getDataType()).isEqualTo(DataType.UINT8);
            assertThat(processed.pixelValues().toUint8Array()).containsExactly(0, 3, 1, 4, 128, 255);
            assertThat(manager.getManagedArrays()).hasSize(1);
            processed.close();
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    /** Whichever of the threads throws. */
    @RepeatedTest(20)
    void errorsOfThreadsKeepTheirMessages() {
        ImageProcessor tooLarge = PROCESSOR.withOptions(Golden.json("{\"size\": [50000, 50000]}"));
        List<Image> images = Collections.nCopies(16, new ImageFixture(4, 5).image());
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tooLarge.process(images, manager))
                    .withMessage("A picture of 50000 x 50000 pixels is too large.");
        }
    }
}
