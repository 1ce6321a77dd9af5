package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTensorsTest {
    private static final String X = "'x':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}";

    @TempDir
    private Path folder;

    @Test
    void readsNamesShapesTypesAndMetadata() {
        try (SafeTensors file = SafeTensors.open(Fixtures.recorded("stored_bfloat16/model.safetensors"))) {
            assertThat(file.metadata()).containsExactlyEntriesOf(Map.of("format", "pt"));
            assertThat(file.names()).hasSize(40).contains("vit.embeddings.cls_token", "classifier.bias");
            StoredTensor token = file.tensor("vit.embeddings.cls_token");
            assertThat(token.type()).isEqualTo(StorageType.BF16);
            assertThat(token.shape()).startsWith(1, 1).hasSize(3);
            assertThat(token.bytes()).isEqualTo(2 * token.size());
        }
    }

    @Test
    void elementsLieWhereTheHeaderSays() {
        try (SafeTensors file = SafeTensors.open(write(Fixtures.safeTensors(1.5f, -2, 0.25f)))) {
            assertThat(file.tensor("x").floats()).containsExactly(1.5f, -2, 0.25f);
            assertThat(file.tensor("x").buffer().isReadOnly()).isTrue();
        }
    }

    /** What the reference implementation accepts, too: safetensors 0.8.0. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'__metadata__':{}}",
                "{'e':{'dtype':'F32','shape':[0,7],'data_offsets':[0,0]}}",
                "{'e':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}}      ",
                "{'e':{'dtype':'F32','shape':[0],'data_offsets':[0,0],'later':[{}]}}",
            })
    void acceptsWhatTheReferenceAccepts(String header) {
        SafeTensors.open(write(Fixtures.safeTensors(header.replace('\'', '"'), 0)))
                .close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                                              | must begin with '{'",
                "                                                                | must begin with '{'",
                "` {}`                                                           | must begin with '{'",
                "{} x                                                            | JSON is damaged",
                "{} {}                                                           | Only spaces may follow",
                "{'x'                                                            | JSON is damaged",
                "{X,X}                                                           | Duplicate field 'x'",
                "{'x':3}                                                         | must be described by an object",
                "{'x':{'dtype':'U8','shape':[2]}}                                | lacks its dtype, shape or data_offsets",
                "{'x':{'dtype':'F8_E4M3','shape':[2],'data_offsets':[0,2]}}      | Element type 'F8_E4M3' is not supported; supported are [BOOL, U8,",
                "{'x':{'dtype':8,'shape':[2],'data_offsets':[0,2]}}              | must have a text as its dtype",
                "{'x':{'dtype':'U8','shape':2,'data_offsets':[0,2]}}             | must have lists as shape and data_offsets",
                "{'x':{'dtype':'U8','shape':[2.0],'data_offsets':[0,2]}}         | may only list whole numbers",
                "{'x':{'dtype':'U8','shape':[-2],'data_offsets':[0,2]}}          | may not list negative numbers",
                "{'x':{'dtype':'U8','shape':[2],'data_offsets':[0,99999999999999999999]}} | JSON is damaged",
                "{'x':{'dtype':'U8','shape':[2],'data_offsets':[0]}}             | must have 2 data_offsets",
                "{'x':{'dtype':'U8','shape':[2],'data_offsets':[2,0]}}           | ends before it begins",
                "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,2]}}          | needs 8 bytes by type and shape, but is given 2",
                "{'x':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,2]}} | has too many elements to count",
                "{'x':{'dtype':'F32','shape':[0,4294967296,4294967296],'data_offsets':[0,0]}} | has too many elements to count",
                "{'x':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}}           | leaves a gap before it",
                "{X,'y':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}}         | overlaps the tensor before it",
                "{X,'y':{'dtype':'U8','shape':[2],'data_offsets':[2,4]}}         | describes 4 bytes of tensors; the file holds 2",
                "{'x':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}}           | describes 1 bytes of tensors; the file holds 2",
                "{X,'__metadata__':{'n':3}}                                      | may only hold texts",
                "{X,'__metadata__':[]}                                           | must be an object",
            })
    void refusesBadHeaders(String header, String problem) {
        String json = header == null ? "" : header.replace("X", X).replace('\'', '"');
        assertThatThrownBy(() -> SafeTensors.open(write(Fixtures.safeTensors(json, 2))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("\n  file: " + folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-32LE", "ISO-8859-1"})
    void refusesHeadersThatAreNotUtf8(String encoding) {
        String header = "{" + X.replace('x', 'é').replace('\'', '"') + "}";
        byte[] json = header.getBytes(Charset.forName(encoding));
        assertThatThrownBy(() -> SafeTensors.open(write(Fixtures.safeTensors(json, 2))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("this is no complete safetensors file; download it again.");
    }

    @Test
    void refusesManyAxesAndDeepNesting() {
        String shape = "1,".repeat(64) + "1";
        assertThatThrownBy(() -> SafeTensors.open(write(Fixtures.safeTensors(
                        "{\"x\":{\"dtype\":\"U8\",\"shape\":[" + shape + "],\"data_offsets\":[0,1]}}", 1))))
                .hasMessageContaining("Tensor 'x' lists more than 64 numbers.");
        String deep = "[".repeat(50_000);
        assertThatThrownBy(() -> SafeTensors.open(write(Fixtures.safeTensors("{\"x\":{\"y\":" + deep, 1))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("nesting depth");
    }

    @Test
    void refusesLengthsThatTheFileDoesNotHave() {
        byte[] file = Fixtures.safeTensors(1, 2, 3);
        assertThatThrownBy(() -> SafeTensors.open(write(new byte[7])))
                .hasMessageContaining("The file has 7 bytes, too few for a header.");
        assertThatThrownBy(() -> SafeTensors.open(write(Arrays.copyOf(file, file.length - 1))))
                .hasMessageContaining("describes 12 bytes of tensors; the file holds 11");
        file[3] = 1;
        assertThatThrownBy(() -> SafeTensors.open(write(file)))
                .hasMessageContaining("but the file has only " + file.length);
        file[7] = (byte) 0xff;
        assertThatThrownBy(() -> SafeTensors.open(write(file)))
                .hasMessageStartingWith("The header claims 1837")
                .hasMessageContaining(" bytes; at most 100000000 are allowed.");
    }

    @Test
    void namesInMessagesCannotDisturbATerminal() {
        String header = "{\"\\u001b[2J\\n\":3}";
        assertThatThrownBy(() -> SafeTensors.open(write(Fixtures.safeTensors(header, 0))))
                .hasMessageStartingWith("Tensor '?[2J?' must be described by an object.");
    }

    @Test
    void refusesWhatIsNoRegularFile() {
        assertThatThrownBy(() -> SafeTensors.open(folder)).hasMessageContaining("This is not a regular file.");
        assertThatThrownBy(() -> SafeTensors.open(folder.resolve("none.safetensors")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("The file does not exist.");
        byte[] pointer = Fixtures.bytes("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
        assertThatThrownBy(() -> SafeTensors.open(write(pointer)))
                .hasMessageContaining("This is a pointer of Git LFS, not the file itself.")
                .hasMessageContaining("git lfs pull");
    }

    @Test
    void anUnknownNameIsTheCallersMistake() {
        try (SafeTensors file = SafeTensors.open(write(Fixtures.safeTensors(1)))) {
            assertThatThrownBy(() -> file.tensor("y"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("There is no tensor 'y' among the 1 of ");
        }
    }

    @Test
    void aClosedFileSaysSo() {
        SafeTensors file = SafeTensors.open(write(Fixtures.safeTensors(1)));
        file.close();
        assertThatThrownBy(() -> file.tensor("x").floats())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("The checkpoint is closed");
    }

    private Path write(byte[] bytes) {
        return Fixtures.write(folder.resolve("model.safetensors"), bytes);
    }
}
