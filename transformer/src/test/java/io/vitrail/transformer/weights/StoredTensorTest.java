package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredTensorTest {
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

    @Test
    void anArrayIsWritableButTheFileStaysAsItWas() {
        byte[] bytes = Fixtures.safeTensors(1, 2, 3);
        Path file = Fixtures.write(folder.resolve("x.safetensors"), bytes);
        try (SafeTensors tensors = SafeTensors.open(ModelFile.open(file))) {
            NDArray array = tensors.tensor("x").toArray(manager);
            array.addi(1);
            assertThat(array.toFloatArray()).containsExactly(2, 3, 4);
            assertThat(tensors.tensor("x").floats()).containsExactly(1, 2, 3);
        }
        assertThat(Fixtures.read(file)).isEqualTo(bytes);
    }

    @Test
    void anArrayOfAFileThatMayOnlyBeReadIsWritableToo() {
        Path file = Fixtures.write(folder.resolve("x.safetensors"), Fixtures.safeTensors(1, 2, 3));
        try (SafeTensors tensors = SafeTensors.open(ModelFile.openReadOnly(file))) {
            NDArray array = tensors.tensor("x").toArray(manager);
            array.addi(1);
            assertThat(array.toFloatArray()).containsExactly(2, 3, 4);
        }
    }

    @Test
    void anArrayOutlivesTheFileAndTheCollector() {
        Path file = Fixtures.write(folder.resolve("x.safetensors"), Fixtures.safeTensors(1, 2, 3));
        NDArray array;
        try (SafeTensors tensors = SafeTensors.open(file)) {
            array = tensors.tensor("x").toArray(manager);
        }
        System.gc();
        assertThat(array.add(1).toFloatArray()).containsExactly(2, 3, 4);
    }

    @Test
    void floatsOffTheirAlignmentAreCopied() {
        String header = "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]}}";
        Path file = Fixtures.write(folder.resolve("x.safetensors"), Fixtures.safeTensors(header, 9));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            NDArray array = tensors.tensor("x").toArray(manager);
            assertThat(array.toFloatArray())
                    .containsExactly(Float.intBitsToFloat(0x04030201), Float.intBitsToFloat(0x08070605));
            array.addi(1);
        }
    }

    @Test
    void emptyTensorsAndScalarsHaveTheirShapes() {
        String header = "{\"e\":{\"dtype\":\"F32\",\"shape\":[3,0,2],\"data_offsets\":[0,0]},"
                + "\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}";
        Path file = Fixtures.write(folder.resolve("x.safetensors"), Fixtures.safeTensors(header, 4));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.tensor("e").toArray(manager).getShape()).isEqualTo(new Shape(3, 0, 2));
            assertThat(tensors.tensor("e").floats()).isEmpty();
            assertThat(tensors.tensor("s").toArray(manager).getShape()).isEqualTo(new Shape());
            assertThat(tensors.tensor("s").floats()).containsExactly(Float.intBitsToFloat(0x03020100));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL, 01, BOOLEAN, 1",
        "U8, fe, UINT8, 254",
        "I8, fe, INT8, -2",
        "I16, feff, INT32, -2",
        "U16, feff, INT32, 65534",
        "I32, feffffff, INT32, -2",
        "U32, feffffff, INT64, 4294967294",
        "I64, feffffffffffffff, INT64, -2",
        "U64, fe00000000000070, INT64, 8070450532247929086",
        "F16, 00c0, FLOAT32, -2",
        "BF16, 00c0, FLOAT32, -2",
        "F32, 000000c0, FLOAT32, -2",
        "F64, 00000000000000c0, FLOAT32, -2"
    })
    void everyTypeBecomesAnArray(StorageType type, String bytes, DataType arrayType, long value) {
        String header =
                String.format("{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}", type, type.bytes());
        byte[] content = Fixtures.safeTensors(header, type.bytes());
        byte[] element = HexFormat.of().parseHex(bytes);
        System.arraycopy(element, 0, content, content.length - element.length, element.length);
        try (SafeTensors tensors = SafeTensors.open(Fixtures.write(folder.resolve("x.safetensors"), content))) {
            NDArray array = tensors.tensor("x").toArray(manager);
            assertThat(array.getDataType()).isEqualTo(arrayType).isEqualTo(type.arrayType());
            assertThat(array.toType(DataType.INT64, false).toLongArray()).containsExactly(value);
        }
    }

    @Test
    void everyByteButZeroIsTrue() {
        String header = "{\"x\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]}}";
        Path file = Fixtures.write(folder.resolve("x.safetensors"), Fixtures.safeTensors(header, 4));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            NDArray array = tensors.tensor("x").toArray(manager);
            assertThat(array.toBooleanArray()).containsExactly(false, true, true, true);
            assertThat(array.sum().getLong()).isEqualTo(3);
        }
    }

    @Test
    void aNumberTooLargeForJavaIsRefused() {
        byte[] bytes = Fixtures.safeTensors("{\"x\":{\"dtype\":\"U64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8);
        bytes[bytes.length - 1] = (byte) 0x80;
        try (SafeTensors tensors = SafeTensors.open(Fixtures.write(folder.resolve("x.safetensors"), bytes))) {
            assertThatThrownBy(() -> tensors.tensor("x").toArray(manager))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("Tensor 'x' holds a value that DJL can't: 922");
        }
    }

    @Test
    void aTensorThatGrowsBeyond2GiBIsRefused() throws IOException {
        long elements = 600_000_000;
        String header =
                "{\"x\":{\"dtype\":\"F16\",\"shape\":[" + elements + "],\"data_offsets\":[0," + 2 * elements + "]}}";
        Path file = Fixtures.write(folder.resolve("x.safetensors"), Fixtures.safeTensors(header, 0));
        try (FileChannel sparse = FileChannel.open(file, StandardOpenOption.WRITE)) {
            sparse.write(ByteBuffer.allocate(1), sparse.size() + 2 * elements - 1);
        }
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThatThrownBy(() -> tensors.tensor("x").floats())
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("Tensor 'x' takes 2400000000 bytes as float32; one tensor may take 2 GiB.");
        }
    }

    @Test
    void integersAreNoFloats() {
        String header = "{\"x\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}";
        Path file = Fixtures.write(folder.resolve("x.safetensors"), Fixtures.safeTensors(header, 8));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThatThrownBy(() -> tensors.tensor("x").floats())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Tensor 'x' holds I64, not floating-point numbers");
        }
    }
}
