package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code zero-shot IMAGE… --labels a,b,c}. */
class ZeroShotCommandTest {
    private static final Path CLIP = CommandRun.FUSION.resolve("clip/quick_gelu");
    private static final Path SIGLIP = CommandRun.FUSION.resolve("siglip/base");
    private static final Path PHOTO = CLIP.resolve("photo.png");
    private static final Path DRAWING = CLIP.resolve("drawing.png");

    @Test
    void printsTheBestLabelsAndGoesOnAfterABrokenPicture() {
        Path missing = CLIP.resolve("missing.png");
        CommandRun run = CommandRun.of(
                "zero-shot", PHOTO, missing, DRAWING, "--labels", "a cat, two dogs,the car", "--top-k", 2, "-m", CLIP);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).hasSize(6).contains(PHOTO.toString(), DRAWING.toString());
        assertThat(run.lines().get(1)).matches(" +[0-9.]+ %  (a cat|two dogs|the car)");
        assertThat(run.err()).contains("missing.png: There is no such file.");
    }

    @Test
    void jsonIsThatOfClassify() {
        CommandRun run = CommandRun.of(
                "zero-shot", PHOTO, DRAWING, "--labels", "a cat,two dogs", "--labels", "the car", "--json", "-m", CLIP);
        assertThat(run.status()).isZero();
        assertThat(run.json()).hasSize(2);
        for (JsonNode line : run.json()) {
            assertThat(line.fieldNames()).toIterable().containsExactly("file", "labels");
            double sum = 0;
            for (JsonNode label : line.path("labels")) {
                assertThat(label.fieldNames()).toIterable().containsExactly("label", "probability");
                sum += label.path("probability").asDouble();
            }
            assertThat(sum).isBetween(0.9999, 1.0001);
            assertThat(line.path("labels"))
                    .extracting(label -> label.path("label").asText())
                    .containsExactlyInAnyOrder("a cat", "two dogs", "the car");
        }
    }

    @Test
    void templatesChangeTheAnswer() {
        double usual = probability();
        assertThat(probability("--template", "This is a photo of {}.")).isEqualTo(usual);
        double one = probability("--template", "the {}");
        double several = probability("--template", "the {}", "--template", "{} on the table");
        assertThat(List.of(usual, one, several, probability("--template", "imagenet")))
                .doesNotHaveDuplicates();
    }

    private static double probability(Object... more) {
        Object[] all = Stream.concat(
                        Stream.of("zero-shot", PHOTO, "--labels", "a cat", "--json", "-m", SIGLIP), Stream.of(more))
                .toArray();
        return CommandRun.of(all)
                .json()
                .get(0)
                .path("labels")
                .path(0)
                .path("probability")
                .asDouble();
    }

    @ParameterizedTest
    @ValueSource(strings = {"photo", "{} or {}"})
    void aTemplateHasOnePlaceForTheLabel(String template) {
        CommandRun run = CommandRun.of("zero-shot", PHOTO, "--labels", "a", "--template", template, "-m", CLIP);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--template: The template '" + template + "' must have {} once");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cat, cat | --labels: The label 'cat' is given twice.",
                "cat, ,   | --labels: A label is empty.",
                ",        | --labels: At least 1 label is needed."
            })
    void labelsThatAreNoneAreAWrongCommandLine(String labels, String message) {
        CommandRun run = CommandRun.of("zero-shot", PHOTO, "--labels", labels, "-m", CLIP);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: " + message);
    }

    @Test
    void saysWhichModelsThereAre() {
        CommandRun none = CommandRun.of("zero-shot", PHOTO, "--labels", "a");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("--model M is missing").contains("openai/clip-vit-base-patch32");
        CommandRun other = CommandRun.of("zero-shot", PHOTO, "--labels", "a", "-m", CommandRun.CHECKPOINT);
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err())
                .contains("isn't for comparing pictures with texts")
                .contains("CLIPModel (clip)");
    }

    @Test
    void aTowerAloneStillEmbeds() {
        assertThat(CommandRun.of("embed", PHOTO, "-m", CLIP).status()).isZero();
        assertThat(CommandRun.of("embed", "--text", "a cat", "-m", SIGLIP).status())
                .isZero();
    }
}
