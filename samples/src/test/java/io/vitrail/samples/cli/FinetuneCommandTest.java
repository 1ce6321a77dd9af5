package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code finetune classify}: red and blue pictures. */
class FinetuneCommandTest {
    @TempDir
    private Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void drawPictures() throws IOException {
        data = folder.resolve("data");
        out = folder.resolve("out");
        for (int i = 0; i < 10; i++) {
            boolean red = i % 2 == 0;
            BufferedImage image = new BufferedImage(30 + i, 33, BufferedImage.TYPE_INT_RGB);
            Graphics2D brush = image.createGraphics();
            brush.setColor(new Color(red ? 200 + i : 10 * i, 40, red ? 10 * i : 200 + i));
            brush.fillRect(0, 0, 60, 60);
            Path its = Files.createDirectories(data.resolve(red ? "red" : "blue"));
            ImageIO.write(image, "png", its.resolve(i + ".png").toFile());
        }
    }

    private CommandRun classify(Object... more) {
        Object[] all = new Object[5 + more.length];
        List<Object> first = List.of("finetune", "classify", "--data", data, "--out=" + out);
        for (int i = 0; i < all.length; i++) {
            all[i] = i < 5 ? first.get(i) : more[i - 5];
        }
        return CommandRun.of(all);
    }

    @Test
    void learnsResumesAndClassifies() throws IOException {
        Files.writeString(data.resolve("red").resolve("broken.jpg"), "none");
        Object[] options = {"--model", CommandRun.CHECKPOINT, "--epochs", 4, "--batch", 4, "--rate", "0.01", "--json"};
        CommandRun run = classify(options);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("Reading 11 pictures of 2 classes", "passed over: ", "broken.jpg")
                .contains("epoch 4  step 8  loss ");
        assertThat(run.out()).startsWith("{");
        JsonNode result = run.json().get(0);
        assertThat(result.path("end").asText()).isEqualTo("finished");
        assertThat(result.path("steps").asInt()).isEqualTo(8);
        assertThat(result.path("best").path("accuracy").asDouble()).isEqualTo(1);
        assertThat(Files.readString(out.resolve("report.html"))).contains("accuracy", "blue");
        CommandRun again = classify(options);
        assertThat(again.err()).contains("Going on after step 8.");
        CommandRun answer = CommandRun.of("classify", data.resolve("blue/3.png"), "--model", out, "--json");
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(answer.json().get(0).toString()).contains("blue");
        assertThat(Files.readString(out.resolve("README.md"))).contains("./vitrail finetune classify --data");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--batch         | 0     | batch must be 1 to 65536, not 0",
                "--rate          | -1    | learning rate must be above 0 and at most 10, not -1.0",
                "--schedule      | slow  | Schedule 'slow' isn't known; known: [constant",
                "--held-out      | 1     | --held-out must be at least 0 and below 1, not 1.0",
                "--mixup         | 2     | the probabilities of mixup (2.0) and cutmix (0.0) must add up to at most 1",
                "--smallest-crop | 0     | areas of crops (0.0 to 1.0) must be above 0",
                "--precision     | int8  | gradients can't flow through INT8",
                "--epochs        | 0     | epochs must be above 0",
                "--save-every    | -1    | --save-every must be 0 to 1000000, not -1.0"
            })
    void numbersAreCheckedBeforeAnyDataIsRead(String option, String value, String message) {
        CommandRun run = classify(option, value);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: " + message);
        assertThat(Files.exists(out)).isFalse();
    }

    @Test
    void wrongDataIsExplained() throws IOException {
        data = Files.createDirectories(folder.resolve("empty"));
        CommandRun run = classify();
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("has 0 folders of pictures", "<label>/photo.jpg");
        assertThat(CommandRun.of("finetune").err()).startsWith("vitrail: Missing the task");
    }

    @Test
    void aFileInTheWayOfTheOutputIsNamed() throws IOException {
        out = Files.writeString(folder.resolve("file"), "no folder");
        assertThat(classify().err())
                .isEqualTo("vitrail: Nothing can be written to '" + out + "' (a file has that name: " + out
                        + "). try:  --out with another folder.\n");
    }

    @Test
    void theModelsFolderIsNotOverwritten() throws IOException {
        out = Files.createDirectories(folder.resolve("model"));
        CommandRun run = classify("--model", out);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: --out must be another folder than --model");
    }
}
