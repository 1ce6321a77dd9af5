package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code classify DIR --out FILE}. */
class ClassifyToFileTest {
    @TempDir
    private Path folder;

    private Path pictures;
    private Path results;

    @BeforeEach
    void copyPictures() throws IOException {
        pictures = Files.createDirectories(folder.resolve("pictures"));
        results = folder.resolve("results.jsonl");
        Files.createDirectories(pictures.resolve("deep/er"));
        for (int i = 0; i < 9; i++) {
            Files.copy(CHECKPOINT.resolve(i % 2 == 0 ? "photo.png" : "drawing.png"), pictures.resolve(i + ".png"));
        }
        Files.copy(CHECKPOINT.resolve("photo.png"), pictures.resolve("deep/er/photo.PNG"));
        Files.writeString(pictures.resolve("notes.txt"), "no picture");
    }

    private CommandRun run(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("classify", "-m", CHECKPOINT, "--out", results));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray());
    }

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(results)) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void aFolderStandsForAllPicturesInIt() throws IOException {
        CommandRun run = run("--top-k", "2", pictures);
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("10 pictures, ").contains(" a second, 0 failed");
        assertThat(lines()).hasSize(10);
        assertThat(lines().get(0).path("file").asText())
                .isEqualTo(pictures.resolve("0.png").toString());
        assertThat(lines().get(9).path("file").asText())
                .isEqualTo(pictures.resolve("deep/er/photo.PNG").toString());
        JsonNode alone = CommandRun.of(
                        "classify", "--json", "--top-k", "2", "-m", CHECKPOINT, pictures.resolve("0.png"))
                .json()
                .get(0);
        assertThat(lines().get(0)).isEqualTo(alone);
    }

    @Test
    void whatIsThereAlreadyIsNotDoneAgain() throws IOException {
        String done = "{\"file\":\"" + pictures.resolve("3.png") + "\",\"labels\":[]}\n";
        Files.writeString(results, done + "{\"file\":\"" + pictures.resolve("0.p"));
        CommandRun run = run(pictures, pictures.resolve("5.png"));
        assertThat(run.status()).isZero();
        assertThat(run.err()).contains("9 pictures, ").contains("0 failed, 1 were done before");
        assertThat(Files.readString(results)).startsWith(done);
        assertThat(lines())
                .extracting(line -> line.path("file").asText())
                .hasSize(10)
                .doesNotHaveDuplicates();
        String whole = Files.readString(results);
        CommandRun again = run(pictures);
        assertThat(again.status()).isZero();
        assertThat(again.err()).isEqualTo("Nothing is left to do: " + results + " has all 10 pictures.\n");
        assertThat(Files.readString(results)).isEqualTo(whole);
    }

    @Test
    void aBrokenPictureHasItsErrorInTheFile() throws IOException {
        Files.writeString(pictures.resolve("4.png"), "no picture");
        CommandRun run = run(pictures, folder.resolve("missing.jpg"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("11 pictures, ").contains("2 failed");
        assertThat(lines().get(4).fieldNames()).toIterable().containsExactly("file", "error");
        assertThat(lines().get(10).path("error").asText()).startsWith("There is no such file.");
        assertThat(lines()).filteredOn(line -> line.has("labels")).hasSize(9);
    }

    @Test
    void aFileThatHoldsSomethingElseIsLeftAlone() throws IOException {
        Files.writeString(results, "my notes\n");
        CommandRun run = run(pictures);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: Line 1 is no JSON: ").contains("file: " + results);
        assertThat(Files.readString(results)).isEqualTo("my notes\n");
    }

    @Test
    void aModelThatCannotBeLoadedFailsTheCommandAndNoPicture() throws IOException {
        CommandRun run = CommandRun.of("classify", "--model", folder, "--out", results, pictures);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: ").contains(folder.toString());
        assertThat(Files.readString(results)).isEmpty();
    }

    @Test
    void aFolderWithoutPicturesIsRefused() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        CommandRun run = run(empty);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: There is no picture in '" + empty + "'.");
        assertThat(results).doesNotExist();
    }

    @Test
    void resultsOfTextsGoToStandardOutput() {
        CommandRun run = CommandRun.of("classify", "--text", "-m", CHECKPOINT, "--out", results, "a text");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: --out is for pictures");
        assertThat(results).doesNotExist();
    }
}
