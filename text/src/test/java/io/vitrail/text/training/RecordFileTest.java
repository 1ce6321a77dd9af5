package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of data files that nobody has checked. */
class RecordFileTest {
    private static final Path NAME = Path.of("endless.jsonl");

    @TempDir
    private Path folder;

    /** One character for ever; it fails once far more is read than a record may have. */
    private static BufferedReader endless(char character) {
        return new BufferedReader(new Reader() {
            private long read;

            @Override
            public int read(char[] target, int offset, int length) {
                read += length;
                assertThat(read).isLessThan(4L * RecordFile.LONGEST);
                Arrays.fill(target, offset, offset + length, character);
                return length;
            }

            @Override
            public void close() {}
        });
    }

    @Test
    void aLineThatNeverEndsIsNotReadWhole() {
        assertThatThrownBy(() -> RecordFile.lines(endless('a'), NAME))
                .hasMessageContaining("The line has more than 1048576 characters")
                .hasMessageContaining("endless.jsonl, line 1");
    }

    @Test
    void aRowThatNeverEndsIsNotReadWhole() {
        for (char character : new char[] {'a', ',', '"'}) {
            CsvReader reader = new CsvReader(endless(character), ',', NAME);
            assertThatThrownBy(reader::next).hasMessageContaining("A row has more than 1048576 characters");
        }
    }

    @Test
    void linesEndAsOnAnySystem() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.jsonl"), "{\"text\": \"a\"}\r\n\r\n{\"text\": \"b\"}\n{\"text\": \"c\"}");
        List<RecordFile.Entry> entries = RecordFile.read(file);
        assertThat(entries).extracting(entry -> entry.required("text")).containsExactly("a", "b", "c");
        assertThat(entries).extracting(RecordFile.Entry::line).containsExactly(1L, 3L, 4L);
    }

    @Test
    void numbersAndBooleansAreTextsAndOtherKeysMayHoldAnything() throws IOException {
        Path file = Files.writeString(
                folder.resolve("a.jsonl"),
                "{\"labels\": [1, true, \"x\"], \"text\": 2, \"text_pair\": null, \"meta\": {\"id\": [null]}}");
        RecordFile.Entry entry = RecordFile.read(file).get(0);
        assertThat(entry.list("labels")).containsExactly("1", "true", "x");
        assertThat(entry.required("text")).isEqualTo("2");
        assertThat(entry.has("text_pair")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'text': 'a', 'labels': [null]}; 'labels' must hold texts, numbers or booleans alone",
                "{'text': 'a', 'labels': [['b']]}; 'labels' must hold texts, numbers or booleans alone",
                "{'text': 'a', 'labels': {'b': 1}}; 'labels' must hold texts, numbers or booleans alone",
                "{'text': ['a', null], 'labels': []}; 'text' must hold texts, numbers or booleans alone",
                "{'text': 'a', 'label': [{}]}; 'label' must hold texts, numbers or booleans alone",
                "{'text': 'a', 'label': null}; There is no 'label'",
                "{'text': 'a', 'labels': ['b', ' ']}; The label is empty",
            },
            quoteCharacter = '`')
    void whatIsNoTextIsNoLabel(String line, String what) throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), line.replace('\'', '"'));
        assertThatThrownBy(() -> LabelledTexts.read(file, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what)
                .hasMessageContaining(file + ", line 1");
    }

    @Test
    void aTableNamesNoEmptyLabel() throws IOException {
        Path file = Files.writeString(folder.resolve("a.tsv"), "text\tlabels\na\tx\nb\t\nc\tx||y\n");
        assertThatThrownBy(() -> LabelledTexts.read(file, 0, 1))
                .hasMessageContaining("The label is empty")
                .hasMessageContaining(file + ", line 4");
    }
}
