package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static io.vitrail.samples.cli.CommandRun.FUSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code few-shot learn}, {@code add}, {@code remove} and {@code classify}, of pictures of about one colour. */
class FewShotCommandTest {
    private static final Map<String, Integer> COLOURS = Map.of("red", 0xC02020, "green", 0x20B030, "blue", 0x2030C0);
    private static final Path CLIP = FUSION.resolve("clip/quick_gelu");

    @TempDir
    private Path folder;

    private Path pictures;
    private Path out;

    @BeforeEach
    void draw() throws IOException {
        pictures = Files.createDirectory(folder.resolve("pictures"));
        out = folder.resolve("out");
        for (String colour : List.of("red", "green")) {
            for (int i = 0; i < 3; i++) {
                picture(pictures.resolve(colour), colour, i);
            }
        }
    }

    private static Path picture(Path place, String colour, int number) throws IOException {
        Files.createDirectories(place);
        Random random = new Random(31L * number + colour.hashCode());
        BufferedImage image = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 40 * 36; i++) {
            image.setRGB(i % 40, i / 40, COLOURS.get(colour) + 0x010101 * random.nextInt(32));
        }
        Path file = place.resolve(number + ".png");
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private CommandRun learn(Object... more) {
        Object[] arguments = new Object[5 + more.length];
        System.arraycopy(new Object[] {"few-shot", "learn", pictures, "--out", out}, 0, arguments, 0, 5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        return CommandRun.of(arguments);
    }

    @Test
    void whatWasLearnedIsFoundAndMeasuredBesideChance() throws IOException {
        Path others = folder.resolve("others");
        Path photo = picture(others.resolve("red"), "red", 10);
        picture(others.resolve("green"), "green", 11);
        CommandRun learned = learn("--eval", others);
        assertThat(learned.status()).as(learned.err()).isZero();
        assertThat(learned.lines())
                .containsExactly(
                        "    3  green",
                        "    3  red",
                        "Learned 2 classes from 6 pictures; saved in " + out + ".",
                        "top-1 100.00 % of 2 pictures (chance: 50.00 %)");
        CommandRun found = CommandRun.of("few-shot", "classify", out, photo, "--top-k", 1);
        assertThat(found.lines()).hasSize(2).element(1).asString().matches(" +\\d+\\.\\d %  red");
        JsonNode measured = CommandRun.of("few-shot", "classify", out, "--json", "--eval", others)
                .json()
                .get(0);
        assertThat(measured).hasToString("{\"top1\":1.0,\"chance\":0.5,\"n\":2}");
    }

    @Test
    void aClassIsAddedAndRemoved() throws IOException {
        learn();
        Path more = folder.resolve("more");
        Path first = picture(more, "blue", 0);
        CommandRun added = CommandRun.of(
                "few-shot", "add", out, "blue", first, picture(more, "blue", 1), picture(more, "blue", 2));
        assertThat(added.status()).as(added.err()).isZero();
        assertThat(added.err()).endsWith("3 pictures of 'blue' were added.\n");
        Path photo = picture(more, "blue", 3);
        JsonNode labels = CommandRun.of("few-shot", "classify", "--json", out, photo)
                .json()
                .get(0)
                .path("labels");
        assertThat(labels).hasSize(3);
        assertThat(labels.path(0).path("label").asText()).isEqualTo("blue");
        assertThat(CommandRun.of("few-shot", "remove", out, "red").status()).isZero();
        CommandRun left = CommandRun.of("few-shot", "classify", "--json", out, photo);
        assertThat(left.json().get(0).path("labels").findValuesAsText("label")).containsExactly("blue", "green");
        CommandRun unknown = CommandRun.of("few-shot", "remove", out, "red");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).isEqualTo("vitrail: There is no class 'red' among [green, blue].\n");
    }

    @Test
    void brokenPicturesAreNamedAndPassedOver() throws IOException {
        Path broken = pictures.resolve("red").resolve("broken.jpg");
        Files.writeString(broken, "no picture");
        Files.createDirectory(pictures.resolve("blue"));
        Files.writeString(pictures.resolve("blue").resolve("a.png"), "no picture");
        CommandRun run = learn("--json");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("no picture of these could be read, so they aren't learned: [blue]");
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1).path("file").asText()).isEqualTo(broken.toString());
        assertThat(lines.get(2).path("classes")).hasToString("{\"green\":3,\"red\":3}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mean", "probe", "tip", "tip_f"})
    void everyMethodLearnsWithAModelThatReadsTexts(String method) {
        CommandRun run = learn("--method", method, "--model", CLIP, "--template", "a {} thing");
        assertThat(run.status()).as(run.err()).isZero();
        Path photo = pictures.resolve("green/1.png");
        CommandRun found = CommandRun.of("few-shot", "classify", out, photo, "--json", "--model", CLIP);
        assertThat(found.json().get(0).path("labels")).hasSize(2);
        CommandRun other = CommandRun.of("few-shot", "classify", out, photo, "--model", CHECKPOINT);
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err()).startsWith("vitrail: The classes were learned on the vectors of quick_gelu (joint-");
    }

    /** So adding a class is like having learned all at once. */
    @Test
    void templatesAreThoseThatTheClassesWereLearnedWith() throws IOException {
        Path blue = picture(folder.resolve("more"), "blue", 1);
        learn("--method", "tip", "--model", CLIP, "--template", "a {} thing");
        CommandRun other = CommandRun.of("few-shot", "add", out, "blue", blue, "-m", CLIP, "--template", "{}");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).startsWith("vitrail: --template: the classes were learned with [a {} thing]");
        CommandRun added = CommandRun.of("few-shot", "add", out, "blue", blue, "-m", CLIP);
        assertThat(added.status()).as(added.err()).isZero();
        Map<String, Double> afterwards = probabilities(blue);
        picture(pictures.resolve("blue"), "blue", 1);
        learn("--method", "tip", "--model", CLIP, "--template", "a {} thing");
        Map<String, Double> together = probabilities(blue);
        assertThat(together).hasSize(3).containsOnlyKeys(afterwards.keySet());
        together.forEach(
                (label, probability) -> // six digits are printed
                assertThat(probability).as(label).isCloseTo(afterwards.get(label), within(1.5e-6)));
    }

    private Map<String, Double> probabilities(Path photo) {
        JsonNode labels = CommandRun.of("few-shot", "classify", out, photo, "--json", "-m", CLIP)
                .json()
                .get(0)
                .path("labels");
        Map<String, Double> probabilities = new TreeMap<>();
        labels.forEach(label -> probabilities.put(
                label.path("label").asText(), label.path("probability").asDouble()));
        return probabilities;
    }

    @Test
    void aModelThatAFileNamesIsNotDownloaded() throws IOException {
        learn();
        Path file = out.resolve("few-shot.json");
        Files.writeString(file, Files.readString(file).replace("the embedded model", "nobody/nothing"));
        CommandRun run = CommandRun.of("few-shot", "classify", out, pictures.resolve("red/1.png"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vitrail: The classes were learned on nobody/nothing, which isn't on this machine.")
                .contains("--model nobody/nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tip", "tip_f"})
    void tipIsRefusedWhereNamesTellNothing(String method) {
        CommandRun run = learn("--method", method);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vitrail: the embedded model reads no texts")
                .contains("try:");
        assertThat(out.resolve("few-shot.json")).doesNotExist();
    }

    @Test
    void aModelThatReadsTextsAloneIsRefusedByTheNameOfTheCommand() {
        Path model = CommandRun.TEXT_TASKS.resolve("tales");
        CommandRun run = learn("-m", model);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: The model in '" + model + "' isn't for 'few-shot learn'. It reads");
    }

    @Test
    void wrongCommandLinesLeadOn() throws IOException {
        assertThat(CommandRun.of("few-shot").err()).startsWith("vitrail: Missing the step, such as: few-shot learn");
        CommandRun nothing = CommandRun.of("few-shot", "classify", out);
        assertThat(nothing.status()).isEqualTo(2);
        assertThat(nothing.err()).startsWith("vitrail: name pictures to classify, or --eval DIR");
        CommandRun missing = CommandRun.of("few-shot", "classify", out, "photo.jpg");
        assertThat(missing.err())
                .startsWith("vitrail: The file does not exist.")
                .contains("few-shot.json");
        learn();
        Path others = folder.resolve("others");
        picture(others.resolve("blue"), "blue", 1);
        CommandRun unknown = CommandRun.of("few-shot", "classify", out, "--eval", others);
        assertThat(unknown.err())
                .isEqualTo("vitrail: No pictures were learned of [blue]. try:  names among [green, red]\n");
    }
}
