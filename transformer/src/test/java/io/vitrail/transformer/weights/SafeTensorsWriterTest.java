package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.File;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsWriterTest {
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    @TempDir
    private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The recorded files were written by safetensors' save_file, of weights that PyTorch had rounded. */
    @ParameterizedTest
    @CsvSource({"F32, classification", "F16, stored_float16", "BF16, stored_bfloat16"})
    void writesTheSameBytesAsTheReference(StorageType type, String recorded) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        try (SafeTensors tensors = SafeTensors.open(Fixtures.recorded("classification/model.safetensors"))) {
            tensors.names()
                    .forEach(name -> arrays.put(name, tensors.tensor(name).toArray(manager)));
        }
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, arrays, type, METADATA);
        assertThat(Fixtures.read(file)).isEqualTo(Fixtures.read(Fixtures.recorded(recorded + "/model.safetensors")));
    }

    @Test
    void writesEveryKindOfArray() {
        NDArray matrix = manager.arange(6f).reshape(2, 3);
        Map<String, NDArray> arrays = Map.of(
                "transposed", matrix.transpose(),
                "long", manager.create(new long[] {1L << 40, -1}),
                "int", manager.create(new int[] {3}),
                "byte", manager.create(new byte[] {-4}),
                "unsigned", manager.create(new int[] {200}).toType(DataType.UINT8, true),
                "bool", manager.create(new boolean[] {true, false}),
                "scalar", manager.create(2.5f),
                "empty", manager.create(new Shape(0, 3)));
        Path file = folder.resolve("model.safetensors");
        SafeTensorsWriter.write(file, arrays, StorageType.F32, Map.of());
        try (SafeTensors written = SafeTensors.open(file)) {
            assertThat(written.names()).hasSize(8);
            assertThat(written.metadata()).isEmpty();
            assertThat(written.tensor("transposed").shape()).containsExactly(3, 2);
            assertThat(written.tensor("transposed").floats()).containsExactly(0, 3, 1, 4, 2, 5);
            arrays.forEach((name, array) ->
                    assertThat(written.tensor(name).toArray(manager)).isEqualTo(array));
        }
        assertThat(matrix.toFloatArray()).hasSize(6); // still open
    }

    @Test
    void replacesAFileOnlyWhenTheNewOneIsComplete() {
        Path file = Fixtures.write(folder.resolve("model.safetensors"), Fixtures.safeTensors(1, 2));
        NDArray open = manager.create(new float[] {3});
        NDArray closed = manager.create(new float[] {4});
        closed.close();
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("a", closed), StorageType.F32, METADATA))
                .isInstanceOf(IllegalStateException.class);
        assertThat(Fixtures.read(file)).isEqualTo(Fixtures.safeTensors(1, 2));

        try (SafeTensors old = SafeTensors.open(file)) {
            NDArray mapped = old.tensor("x").toArray(manager);
            SafeTensorsWriter.write(file, Map.of("x", open), StorageType.F32, METADATA);
            assertThat(mapped.toFloatArray()).containsExactly(1, 2);
        }
        assertThat(new File(folder.toString()).list()).containsExactly("model.safetensors");
    }

    @Test
    void refusesWhatItCannotWrite() {
        NDArray array = manager.create(new float[] {3});
        Path file = folder.resolve("none").resolve("model.safetensors");
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("a", array), StorageType.F32, METADATA))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The file cannot be written: java.nio.file.NoSuchFileException");
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("a", array), StorageType.I64, METADATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Float arrays can be stored as [F16, BF16, F32], not as I64");
        NDArray wide = array.toType(DataType.FLOAT64, true);
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("a", wide), StorageType.F32, METADATA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Array 'a' of type float64 can't be saved; convert it to FLOAT32");
    }
}
