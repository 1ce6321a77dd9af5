package io.vitrail.fusion.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of JSON lines. */
class JsonLinesTest {
    @TempDir
    private Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("lines.jsonl"), content);
    }

    @Test
    void linesHaveNumbersAndBlankOnesAreSkipped() throws IOException {
        List<JsonLines.Line> lines = new ArrayList<>();
        try (JsonLines reading = JsonLines.open(file("\uFEFF{\"a\":\"1\"}\r\n\n  \t\r\n{\"a\":\"\u00FC\"}"))) {
            reading.forEachRemaining(lines::add);
            assertThatThrownBy(reading::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(lines).extracting(JsonLines.Line::number).containsExactly(1, 4);
        assertThat(lines).extracting(line -> line.text("a")).containsExactly("1", "\u00FC");
    }

    @Test
    void aWrongLineIsNamedWhenItIsReached() throws IOException {
        Path file = file("{\"a\":1}\n{\"a\":\n");
        JsonLines lines = JsonLines.open(file);
        JsonLines.Line first = lines.next();
        assertThatThrownBy(() -> first.text("a"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Line 1 has no text \"a\".\n  file: " + file + "\n  try:  correct the line, or remove it.");
        assertThatThrownBy(() -> first.text("b")).hasMessageStartingWith("Line 1 has no text \"b\".");
        assertThatThrownBy(lines::next).hasMessageStartingWith("Line 2 is no JSON: ");
        for (String content : List.of("[1]", "7", "null", "{} {}", "{\"a\":1,}", "\u0000")) {
            assertThatThrownBy(JsonLines.open(file(content))::next).hasMessageStartingWith("Line 1 is no JSON");
        }
    }

    @Test
    void bytesThatAreNoTextAreAnError() throws IOException {
        byte[] content = "{\"a\":\"??\"}".getBytes();
        content[6] = (byte) 0xC3;
        Path file = Files.write(folder.resolve("latin.jsonl"), content);
        assertThatThrownBy(JsonLines.open(file)::next).hasMessageStartingWith("Line 1 is no JSON: Invalid UTF-8");
    }

    @Test
    void aLineThatIsTooLongIsRefusedBeforeMemoryIsTaken() throws IOException {
        byte[] content = new byte[(1 << 24) + 10];
        Arrays.fill(content, (byte) ' ');
        Path file = Files.write(folder.resolve("long.jsonl"), content);
        assertThatThrownBy(JsonLines.open(file)::next).hasMessageStartingWith("Line 1 is longer than 16777216 bytes.");
    }

    @Test
    void aMissingFileIsAnError() {
        Path missing = folder.resolve("none.jsonl");
        assertThatThrownBy(() -> JsonLines.open(missing))
                .hasMessageStartingWith("There is no such file.\n  file: " + missing);
    }

    @Test
    void aFolderIsAnError() {
        assertThatThrownBy(() -> JsonLines.open(folder))
                .hasMessage(
                        "This is a folder.\n  file: " + folder + "\n  try:  a file with a JSON object on each line.");
    }
}
