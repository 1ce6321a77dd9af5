package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PickledTensorsTest {

    @ParameterizedTest
    @ValueSource(strings = {"stored_pickle", "stored_pickle_legacy"})
    void holdsTheSameWeightsAsTheSafetensors(String recorded) {
        try (SafeTensors expected = SafeTensors.open(Fixtures.recorded("classification/model.safetensors"));
                PickledTensors pickled = open("../" + recorded + "/pytorch_model")) {
            assertThat(pickled.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            for (String name : expected.names()) {
                assertThat(pickled.tensor(name).shape())
                        .isEqualTo(expected.tensor(name).shape());
                assertThat(pickled.tensor(name).buffer())
                        .isEqualTo(expected.tensor(name).buffer());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"views", "views_legacy"})
    void viewsOfStoragesAreReadRowByRow(String name) {
        try (PickledTensors tensors = open(name);
                NDManager manager = NDManager.newBaseManager()) {
            assertThat(tensors.tensor("transposed").shape()).containsExactly(3, 2);
            assertThat(tensors.tensor("transposed").floats()).containsExactly(0, 3, 1, 4, 2, 5);
            assertThat(tensors.tensor("column").floats()).containsExactly(1, 5, 9);
            assertThat(tensors.tensor("permuted").shape()).containsExactly(4, 2, 3);
            assertThat(tensors.tensor("permuted").floats()).startsWith(0, 4, 8, 12, 16, 20, 1, 5, 9);
            StoredTensor half = tensors.tensor("permuted").part(new Part(1, 2));
            assertThat(half.shape()).containsExactly(2, 2, 3);
            assertThat(half.floats()).containsExactly(2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23);
            assertThat(tensors.tensor("offset").floats()).containsExactly(3, 4, 5, 6);
            assertThat(tensors.tensor("shared").floats()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(tensors.tensor("scalar").shape()).isEmpty();
            assertThat(tensors.tensor("scalar").floats()).containsExactly(2.5f);
            assertThat(tensors.tensor("empty").shape()).containsExactly(0, 3);
            assertThat(tensors.tensor("one_row").shape()).containsExactly(1, 4);
            NDArray permuted = tensors.tensor("permuted").toArray(manager);
            assertThat(permuted.transpose(1, 2, 0).toType(DataType.INT64, false).reshape(-1))
                    .isEqualTo(manager.arange(24).toType(DataType.INT64, false));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "types, bool, BOOL",
        "types, uint8, U8",
        "types, int8, I8",
        "types, int16, I16",
        "types, uint16, U16",
        "types, int32, I32",
        "types, uint32, U32",
        "types, int64, I64",
        "types, uint64, U64",
        "types, float16, F16",
        "types, bfloat16, BF16",
        "types, float32, F32",
        "types, float64, F64",
        "types_legacy, bool, BOOL",
        "types_legacy, uint8, U8",
        "types_legacy, int8, I8",
        "types_legacy, int16, I16",
        "types_legacy, int32, I32",
        "types_legacy, int64, I64",
        "types_legacy, float16, F16",
        "types_legacy, bfloat16, BF16",
        "types_legacy, float32, F32",
        "types_legacy, float64, F64"
    })
    void everyTypeIsRead(String file, String name, StorageType type) {
        try (PickledTensors tensors = open(file);
                NDManager manager = NDManager.newBaseManager()) {
            assertThat(tensors.tensor(name).type()).isEqualTo(type);
            long[] values = tensors.tensor(name)
                    .toArray(manager)
                    .toType(DataType.INT64, false)
                    .toLongArray();
            boolean truth = type == StorageType.BOOL;
            assertThat(values).isEqualTo(truth ? new long[] {0, 1, 1, 1} : new long[] {0, 1, 100, 3});
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nested", "nested_shared", "parameter", "protocol4"})
    void findsTheOneDictionaryOfTensors(String name) {
        try (PickledTensors tensors = open(name)) {
            assertThat(tensors.names()).containsExactly("weight", "bias");
            assertThat(tensors.tensor("weight").floats()).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(tensors.tensor("bias").floats()).containsExactly(7, 8);
        }
    }

    @Test
    void storagesMayBeViewsOfStorages() {
        try (PickledTensors tensors = open("storage_view_legacy")) {
            assertThat(tensors.tensor("view").floats()).containsExactly(4, 5, 6);
            assertThat(tensors.tensor("root").shape()).containsExactly(2, 5);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whole_module | 'torch.nn.modules.linear.Linear' is not allowed in a checkpoint; nothing of it was"
                        + " run.",
                "complex      | 'torch.ComplexFloatStorage' is not allowed in a checkpoint",
                "nested_twice | It holds several dictionaries of tensors: ['model', 'ema'].",
                "expanded     | Tensor 'weight': it repeats elements (an expanded view); save it after .contiguous().",
            })
    void refusesWhatIsNoPlainCheckpoint(String name, String problem) {
        assertThatThrownBy(() -> open(name))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The pickled checkpoint cannot be read. ")
                .hasMessageContaining(problem)
                .hasMessageContaining("try:  ask for model.safetensors");
    }

    @Test
    void aDictionaryWithoutTensorsHasNoNames() {
        try (PickledTensors tensors = open("no_tensors")) {
            assertThat(tensors.names()).isEmpty();
        }
    }

    private static PickledTensors open(String name) {
        Path file = Fixtures.recorded("pickles").resolve(name + ".bin").normalize();
        return PickledTensors.open(file);
    }
}
