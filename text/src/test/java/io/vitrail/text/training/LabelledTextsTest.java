package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.tokenizer.TokenizerInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts with labels as files hold them. */
class LabelledTextsTest {
    @TempDir
    private Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private LabelledTexts read(String name, String content) throws IOException {
        return LabelledTexts.read(file(name, content), 0, 1);
    }

    @Test
    void quotesHoldCommasLinesAndQuotes() throws IOException {
        String table = "\uFEFFlabel,text,text_pair\r\ngood,\"a, \"\"b\"\"\r\nc\",d\r\n\r\nbad,e \"f\",\"\"\r\n";
        LabelledTexts texts = read("texts.csv", table);
        assertThat(texts.labels()).containsExactly("bad", "good");
        assertThat(texts.kind()).isEqualTo(LabelledTexts.Kind.SINGLE_LABEL);
        Set<String> read = texts.training().stream()
                .map(example ->
                        example.text().text() + "/" + example.text().pair().orElse("-") + example.labels())
                .collect(Collectors.toSet());
        assertThat(read).containsExactlyInAnyOrder("a, \"b\"\r\nc/d[good]", "e \"f\"/[bad]");
    }

    @Test
    void linesOfJsonHoldTextsAndNumbers() throws IOException {
        LabelledTexts texts =
                read("a.jsonl", "{\"text\": \"a\", \"label\": 1}\n\n{\"text\": \"b\", \"label\": 0, \"id\": 7}\n");
        assertThat(texts.labels()).containsExactly("0", "1");
        assertThat(texts.training())
                .hasSize(2)
                .allMatch(example -> example.text().pair().equals(Optional.empty()));
    }

    @Test
    void aTextMayHaveAnyNumberOfLabels() throws IOException {
        LabelledTexts json =
                read("a.jsonl", "{\"text\": \"a\", \"labels\": [\"x\", \"y\"]}\n{\"text\": \"b\", \"labels\": []}");
        LabelledTexts table = read("a.tsv", "text\tlabels\na\ty | x\nb\t\n");
        for (LabelledTexts texts : List.of(json, table)) {
            assertThat(texts.kind()).isEqualTo(LabelledTexts.Kind.MULTI_LABEL);
            assertThat(texts.labels()).containsExactly("x", "y");
            assertThat(texts.training())
                    .extracting(example -> new HashSet<>(example.labels()))
                    .containsExactlyInAnyOrder(new HashSet<>(Set.of("x", "y")), new HashSet<>());
        }
    }

    @Test
    void someOfEachClassAreHeldOut() throws IOException {
        String lines = IntStream.range(0, 40)
                .mapToObj(i -> "t" + i + "," + (i < 30 ? "many" : "few"))
                .collect(Collectors.joining("\n", "text,label\n", "\n"));
        Path file = file("a.csv", lines);
        LabelledTexts texts = LabelledTexts.read(file, 0.2, 5);
        assertThat(texts.evaluation().stream()
                        .filter(example -> example.labels().contains("few")))
                .hasSize(2);
        assertThat(texts.evaluation()).hasSize(8).doesNotContainAnyElementsOf(texts.training());
        assertThat(texts.training()).hasSize(32);
        assertThat(LabelledTexts.read(file, 0.2, 5)).isEqualTo(texts);
        assertThat(LabelledTexts.read(file, 0.2, 6)).isNotEqualTo(texts);
    }

    @Test
    void aClassIsNeverHeldOutWhole() throws IOException {
        LabelledTexts texts = LabelledTexts.read(file("a.csv", "text,label\na,x\nb,x\nc,y\n"), 0.9, 1);
        assertThat(texts.training())
                .flatExtracting(LabelledTexts.Example::labels)
                .containsOnlyOnce("x", "y");
        assertThat(texts.evaluation()).hasSize(1);
    }

    private static LabelledTexts of(LabelledTexts.Kind kind, List<String> labels, String... its) {
        List<LabelledTexts.Example> examples =
                List.of(new LabelledTexts.Example(TokenizerInput.of("a text"), List.of(its)));
        return new LabelledTexts(labels, kind, examples, examples);
    }

    @Test
    void labelsThatDoNotFitAreRefused() {
        List<String> labels = List.of("x", "y");
        assertThatThrownBy(() -> of(LabelledTexts.Kind.SINGLE_LABEL, List.of("x", "y", "x"), "x"))
                .hasMessageContaining("Two classes have the label 'x'");
        assertThatThrownBy(() -> of(LabelledTexts.Kind.SINGLE_LABEL, List.of("x", " "), "x"))
                .hasMessageContaining("A class has no name");
        assertThatThrownBy(() -> of(LabelledTexts.Kind.MULTI_LABEL, labels, "x", "z"))
                .hasMessageContaining("A text has labels that no class has: [x, z] of 'a text'");
        assertThatThrownBy(() -> of(LabelledTexts.Kind.SINGLE_LABEL, labels, "x", "y"))
                .hasMessageContaining("A text must have one class, not 2: 'a text'");
        assertThatThrownBy(() -> of(LabelledTexts.Kind.SINGLE_LABEL, labels))
                .hasMessageContaining("A text must have one class, not 0");
        assertThat(of(LabelledTexts.Kind.MULTI_LABEL, labels).training()).hasSize(1);
    }

    @Test
    void anotherFileIsMeasuredByWithTheSameClasses() throws IOException {
        Path learned = file("a.csv", "text,label\na,x\nb,y\n");
        assertThat(LabelledTexts.read(learned, file("b.csv", "text,label\nc,y\n"))
                        .evaluation())
                .hasSize(1);
        Path other = file("c.csv", "text,label\nc,y\nd,z\n");
        assertThatThrownBy(() -> LabelledTexts.read(learned, other))
                .hasMessageContaining("The label 'z' isn't among those that are learned")
                .hasMessageContaining(other + ", line 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.csv | text,label;a,x;b        | There are 1 fields for 2 columns | line 3",
                "a.csv | text,label;a,x;'b,y     | A quote isn't closed | line 3",
                "a.csv | text,label;a,x;'b'c,y   | Text follows a closing quote | line 3",
                "a.csv | text,text;a,x           | A column is named twice | line 1",
                "a.csv | text,label;a,           | The label is empty | line 2",
                "a.csv | words,label;a,x         | There is no 'text' | line 2",
                "a.jsonl | {}                    | There is no 'text' | line 1",
                "a.jsonl | {;{}                  | The JSON is damaged | line 1",
                "a.jsonl | [1]                   | An object of JSON must stand here | line 1",
                "a.jsonl | {'text':['a','b'],'label':'x'} | 'text' must be one text | line 1",
                "a.jsonl | {'text':'a','text':'b'} | The JSON is damaged: Duplicate field 'text' | line 1",
            })
    void whatIsWrongIsToldWithItsLine(String name, String content, String what, String line) throws IOException {
        Path file = file(name, content.strip().replace(';', '\n').replace('\'', '"'));
        assertThatThrownBy(() -> LabelledTexts.read(file, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what)
                .hasMessageContaining(file + ", " + line)
                .hasMessageContaining("try:");
    }

    @Test
    void filesThatHoldNoTextsAreRefused() throws IOException {
        assertThatThrownBy(() -> read("a.csv", "text,label\n")).hasMessageContaining("holds no records");
        assertThatThrownBy(() -> read("a.csv", "text,label\na,x\n")).hasMessageContaining("2 to 10000 classes, not 1");
        assertThatThrownBy(() -> read("a.xlsx", "")).hasMessageContaining("isn't known by its ending");
        assertThatThrownBy(() -> LabelledTexts.read(folder.resolve("none.csv"), 0, 1))
                .hasMessageContaining("doesn't exist");
        Path latin = Files.write(folder.resolve("b.csv"), "text,label\né,x\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> LabelledTexts.read(latin, 0, 1)).hasMessageContaining("isn't text in UTF-8");
        String endless = "text,label\n\"" + "a".repeat(RecordFile.LONGEST + 1);
        assertThatThrownBy(() -> read("c.csv", endless)).hasMessageContaining("more than 1048576 characters");
    }
}
