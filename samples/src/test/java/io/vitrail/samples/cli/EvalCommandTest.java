package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval classify DIR}. */
class EvalCommandTest {
    private static String best;
    private static String worst;

    @TempDir
    private Path folder;

    @BeforeAll
    static void askForTheLabelsOfThePhoto() {
        CommandRun run = CommandRun.of("classify", "--json", "-m", CHECKPOINT, CHECKPOINT.resolve("photo.png"));
        JsonNode labels = run.json().get(0).path("labels");
        best = labels.path(0).path("label").asText();
        worst = labels.path(4).path("label").asText();
    }

    @Test
    void countsTheBestAndTheBestFive() throws IOException {
        photo(best, "a.png");
        photo(best, "b.PNG");
        photo(best.toUpperCase(Locale.ROOT), "c.png"); // the same class
        photo(worst, "d.png"); // fifth of five
        Files.writeString(folder.resolve(best).resolve("notes.txt"), "no picture");
        CommandRun run = CommandRun.of("eval", "classify", "--json", "--model", CHECKPOINT, folder);
        assertThat(run.status()).isZero();
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).fieldNames()).toIterable().containsExactly("top1", "top5", "n");
        assertThat(lines.get(0).path("top1").asDouble()).isEqualTo(0.75);
        assertThat(lines.get(0).path("top5").asDouble()).isEqualTo(1);
        assertThat(lines.get(0).path("n").asInt()).isEqualTo(4);
    }

    @Test
    void aBrokenPictureIsReportedAndTheRestCounted() throws IOException {
        photo(best, "a.png");
        Files.writeString(folder.resolve(best).resolve("broken.jpg"), "no picture");
        CommandRun run = CommandRun.of("eval", "classify", "--model", CHECKPOINT, folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("vitrail: " + folder.resolve(best).resolve("broken.jpg") + ": ");
        assertThat(run.lines()).containsExactly("top-1 100.00 %, top-5 100.00 % of 1 pictures (1 could not be read)");
    }

    @Test
    void aFolderThatNoClassIsNamedLikeIsRefused() throws IOException {
        photo("zebra", "a.png");
        CommandRun run = CommandRun.of("eval", "classify", "--model", CHECKPOINT, folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vitrail: No class of the model is named like the folders [zebra].")
                .contains("names among [cat, dog, car, tree, boat]");
    }

    @Test
    void aFolderWithoutPicturesIsRefused() {
        CommandRun empty = CommandRun.of("eval", "classify", "--model", CHECKPOINT, folder);
        assertThat(empty.status()).isEqualTo(1);
        assertThat(empty.err()).startsWith("vitrail: No pictures lie in subfolders of '" + folder + "'.");
        CommandRun missing = CommandRun.of("eval", "classify", "--model", CHECKPOINT, folder.resolve("none"));
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).startsWith("vitrail: '" + folder.resolve("none") + "' is not a folder.");
    }

    private void photo(String label, String name) throws IOException {
        Path target = Files.createDirectories(folder.resolve(label)).resolve(name);
        Files.copy(CHECKPOINT.resolve("photo.png"), target);
    }
}
