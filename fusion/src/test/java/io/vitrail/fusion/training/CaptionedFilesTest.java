package io.vitrail.fusion.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.fusion.training.CaptionedFiles.Captioned;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of pictures and captions. */
class CaptionedFilesTest {
    @TempDir
    private Path folder;

    private Path lines(String... lines) {
        try {
            return Files.writeString(folder.resolve("data.jsonl"), String.join("\n", lines));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void severalLinesMayBeOfOnePicture() {
        Path data = lines(
                "{\"image\": \"a/x.jpg\", \"captions\": [\"one\", \"two\"], \"more\": 1}",
                "",
                "{\"image\": \"a/../a/x.jpg\", \"caption\": \"three\"}",
                "{\"image\": \"y.jpg\", \"caption\": \"four\"}");
        CaptionedFiles files = CaptionedFiles.read(data, 0, 1);
        assertThat(files.training())
                .containsExactly(
                        new Captioned(folder.resolve("a/x.jpg"), List.of("one", "two", "three")),
                        new Captioned(folder.resolve("y.jpg"), List.of("four")));
        assertThat(files.evaluation()).isEmpty();
        assertThat(files.captions()).isEqualTo(4);
    }

    @Test
    void theFirstSplitThatIsToMeasureByIsHeldOut() {
        Path data = lines(
                "{\"image\": \"a.jpg\", \"caption\": \"a\", \"split\": \"test\"}",
                "{\"image\": \"b.jpg\", \"caption\": \"b\", \"split\": \"val\"}",
                "{\"image\": \"c.jpg\", \"caption\": \"c\", \"split\": \"restval\"}",
                "{\"image\": \"d.jpg\", \"caption\": \"d\"}");
        CaptionedFiles files = CaptionedFiles.read(data, 0.5, 1);
        assertThat(names(files.training())).containsExactly("c.jpg", "d.jpg");
        assertThat(names(files.evaluation())).containsExactly("b.jpg");
    }

    private static List<String> names(List<Captioned> pictures) {
        return pictures.stream()
                .map(each -> each.image().getFileName().toString())
                .toList();
    }

    @Test
    void withoutSplitsSomePicturesAreHeldOutByTheSeed() {
        Path data = lines(IntStream.range(0, 10)
                .mapToObj(i -> "{\"image\": \"%d.jpg\", \"caption\": \"c\"}".formatted(i))
                .toArray(String[]::new));
        CaptionedFiles files = CaptionedFiles.read(data, 0.2, 1);
        assertThat(files.evaluation()).hasSize(2);
        assertThat(Stream.of(files.training(), files.evaluation())
                        .flatMap(List::stream)
                        .collect(Collectors.toSet()))
                .hasSize(10);
        assertThat(CaptionedFiles.read(data, 0.2, 1)).isEqualTo(files);
        assertThat(CaptionedFiles.read(data, 0.2, 2)).isNotEqualTo(files);
        assertThat(CaptionedFiles.read(data, 0.001, 1).evaluation()).hasSize(1);
        assertThat(CaptionedFiles.read(data, 0.2, 1).code())
                .isNotEqualTo(CaptionedFiles.read(data, 0.2, 2).code());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"image\": \"../x.jpg\", \"caption\": \"a\"}     | Line 2 names an image outside of its folder:"
                        + " ../x.jpg.",
                "{\"image\": \"/etc/x.jpg\", \"caption\": \"a\"}   | Line 2 names an image outside of its folder:"
                        + " /etc/x.jpg.",
                "{\"caption\": \"a\"}                              | Line 2 has no text \"image\".",
                "{\"image\": \"x.jpg\"}                            | Line 2 must have either \"captions\", a list of"
                        + " texts, or ",
                "{\"image\": \"x.jpg\", \"captions\": []}          | Line 2 has no captions.",
                "{\"image\": \"x.jpg\", \"captions\": \"a\"}       | Line 2 has no captions.",
                "{\"image\": \"x.jpg\", \"captions\": [1]}         | Line 2 has a caption that is no text of 1 to"
                        + " 10000",
                "{\"image\": \"x.jpg\", \"caption\": \" \"}        | Line 2 has a caption that is no text of 1 to"
                        + " 10000",
                "{\"image\": \"x.jpg\", \"caption\": \"a\", \"split\": \"b\"} | Line 2 has the split \"b\", which is"
                        + " none of train",
                "[1]                                               | Line 2 is no JSON object.",
                "{\"image\":                                       | Line 2 is no JSON"
            })
    void aWrongLineIsNamed(String line, String message) {
        Path data = lines("{\"image\": \"y.jpg\", \"caption\": \"a\"}", line);
        assertThatThrownBy(() -> CaptionedFiles.read(data, 0, 1))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(message, data.toString());
    }

    @Test
    void aFileWithoutPicturesIsRefused() {
        assertThatThrownBy(() -> CaptionedFiles.read(lines(""), 0, 1))
                .hasMessageEndingWith("holds no picture to learn from.");
        assertThatThrownBy(() -> CaptionedFiles.read(folder.resolve("none.jsonl"), 0, 1))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("There is no such file.");
    }
}
