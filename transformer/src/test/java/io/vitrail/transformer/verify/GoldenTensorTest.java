package io.vitrail.transformer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.SafeTensors;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors of golden files in plain Java memory. */
class GoldenTensorTest {
    @Test
    void becomesAnArrayAndBack() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            GoldenTensor floats = GoldenTensor.of(new long[] {1, 3}, new float[] {1, -2, 0.5f});
            NDArray array = floats.toArray(manager);
            assertThat(array.getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(GoldenTensor.of(array).floats()).containsExactly(1, -2, 0.5f);
            assertThat(GoldenTensor.of(array).shape()).containsExactly(1, 3);
            GoldenTensor whole = GoldenTensor.of(new long[] {2}, new long[] {1L << 40, -3});
            assertThat(whole.toArray(manager).getDataType()).isEqualTo(DataType.INT64);
            assertThat(GoldenTensor.of(whole.toArray(manager)).integers()).containsExactly(1L << 40, -3);
            GoldenTensor pixels = GoldenTensor.ofPixels(new long[] {2}, new byte[] {1, (byte) 200});
            assertThat(pixels.toArray(manager).getDataType()).isEqualTo(DataType.UINT8);
            assertThat(pixels.integers()).containsExactly(1, 200);
            assertThat(pixels.pixels().array()).containsExactly(1, (byte) 200);
        }
    }

    @Test
    void onlyPixelsAreBytes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> counted(2, 2).pixels())
                .withMessage("The tensor holds FLOAT values, not pixels.");
    }

    @Test
    void valuesMustFillTheShape() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoldenTensor.of(new long[] {2, 3}, new float[5]))
                .withMessage("5 values don't fill the shape [2, 3].");
    }

    @Test
    void everyNthRowAndColumnStaysOfASubsample() {
        GoldenTensor part = counted(2, 3, 5).subsampled(2);
        assertThat(part.shape()).containsExactly(2, 2, 3);
        // rows 0 and 2, columns 0, 2 and 4, of both planes of 15 values
        assertThat(part.floats()).containsExactly(0, 2, 4, 10, 12, 14, 15, 17, 19, 25, 27, 29);
        assertThat(counted(2, 3, 5).subsampled(7).floats()).containsExactly(0, 15);
        GoldenTensor whole = GoldenTensor.of(new long[] {3, 3}, new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        assertThat(whole.subsampled(2).integers()).containsExactly(1, 3, 7, 9);
    }

    @Test
    void maskedPositionsBecomeZero() {
        GoldenTensor mask = GoldenTensor.of(new long[] {2, 3}, new long[] {0, 1, 1, 1, 1, 0});
        GoldenTensor tensor = counted(2, 3, 2);
        assertThat(tensor.masked(mask).floats()).containsExactly(0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0);
        assertThat(tensor.floats()).startsWith(0, 1, 2); // a copy was made
        assertThat(counted(2, 3).masked(mask).floats()).containsExactly(0, 1, 2, 3, 4, 0);
        assertThat(counted(2, 4).masked(mask).floats()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7); // another form
        GoldenTensor whole = GoldenTensor.of(new long[] {2, 3}, new long[] {9, 8, 7, 6, 5, 4});
        assertThat(whole.masked(mask).integers()).containsExactly(0, 8, 7, 6, 5, 0);
    }

    @Test
    void aMaskHasPlacesAndASubsampledTensorRows() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> counted(2, 3).masked(counted(6)))
                .withMessage("A mask of outputs must have the shape [batch, positions], not [6].");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> counted(6).subsampled(2))
                .withMessage("A tensor of shape [6] has no rows and columns to subsample.");
    }

    @Test
    void isWrittenAsSafetensors(@TempDir Path folder) {
        Path file = folder.resolve("computed.safetensors");
        GoldenTensor.write(
                file, Map.of("logits", counted(1, 3), "ids", GoldenTensor.of(new long[] {1}, new long[] {7})));
        try (SafeTensors written = SafeTensors.open(file)) {
            assertThat(written.names()).containsExactlyInAnyOrder("logits", "ids");
            assertThat(written.tensor("logits").floats()).containsExactly(0, 1, 2);
        }
    }

    /** The numbers 0, 1, 2, … row by row. */
    private static GoldenTensor counted(long... shape) {
        int size = 1;
        for (long side : shape) {
            size *= Math.toIntExact(side);
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i;
        }
        return GoldenTensor.of(shape, values);
    }
}
