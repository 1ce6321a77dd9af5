package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFileTest {
    @TempDir
    private Path folder;

    @Test
    void readsWhatPythonWrites() {
        Path file = write("{\"eps\": 1e-12, \"limit\": Infinity, \"none\": null, \"näme\": [1, {\"a\": true}]}");
        assertThat(JsonFile.read(file).get("eps").asDouble()).isEqualTo(1e-12);
        assertThat(JsonFile.read(file).get("limit").asDouble()).isInfinite();
        assertThat(JsonFile.read(file).get("näme").get(0).asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1]                | A JSON object must stand here, from { to }.",
                "``                 | A JSON object must stand here, from { to }.",
                "{\"a\": 1, \"a\": 1} | The JSON is damaged or beyond the limits (line 1, column 13): Duplicate field 'a'.",
                "{\"a\": 1} {}      | The JSON is damaged or beyond the limits (line 1, column 10)",
                "{\"a\": 1          | (line 1, column 8): Unexpected end-of-input: expected close marker for Object (start marker at [line: 1, column: 1]).",
                "{\"a\": __import__(\"os\")} | The JSON is damaged or beyond the limits",
            })
    void refusesWhatIsNoJsonObject(String json, String problem) {
        assertThatThrownBy(() -> JsonFile.read(write(json)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("\n  file: " + folder.resolve("config.json"));
    }

    @Test
    void boundsDepthSizeAndCount() {
        assertThatThrownBy(() -> JsonFile.read(write("{\"a\":" + "[".repeat(100_000))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("nesting depth");
        assertThatThrownBy(() -> JsonFile.read(write("{\"a\":[" + "0,".repeat(2_000_000) + "0]}")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Token count");
        assertThatThrownBy(() -> JsonFile.read(write("{" + " ".repeat(17 << 20) + "}")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Document length");
    }

    @Test
    void refusesWhatIsNotUtf8() {
        Path latin = Fixtures.write(folder.resolve("config.json"), Fixtures.bytes("{\"näme\": 1}"));
        assertThatThrownBy(() -> JsonFile.read(latin))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("The file isn't text in UTF-8.\n  file: " + latin + "\n  try:  download the file again.");
    }

    @Test
    void aListIsReadAsOne() {
        assertThat(JsonFile.readList(write("[1, {\"a\": 2}]")).get(1).get("a").asInt())
                .isEqualTo(2);
        assertThatThrownBy(() -> JsonFile.readList(write("{}")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("A JSON list must stand here, from [ to ].\n  file: ");
    }

    @Test
    void refusesAFolder() {
        assertThatThrownBy(() -> JsonFile.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The file does not exist.");
    }

    private Path write(String json) {
        return Fixtures.write(folder.resolve("config.json"), json.getBytes(StandardCharsets.UTF_8));
    }
}
