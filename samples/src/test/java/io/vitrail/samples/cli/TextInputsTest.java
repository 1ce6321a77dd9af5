package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code embed} and {@code classify} take texts, where the model reads texts. */
class TextInputsTest {
    private static final Path VECTORS = TEXT_TASKS.resolve("vectors");
    private static final Path MOODS = TEXT_TASKS.resolve("moods");

    @Test
    void textsBecomeVectors() {
        List<JsonNode> lines = CommandRun.of("embed", "--json", "a cat", "a dog", "-m", VECTORS)
                .json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).fieldNames()).toIterable().containsExactly("text", "embedding");
        assertThat(lines.get(0).path("text").asText()).isEqualTo("a cat");
        double squares = 0;
        for (JsonNode value : lines.get(0).path("embedding")) {
            squares += value.asDouble() * value.asDouble();
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
        assertThat(lines.get(0).path("embedding")).isNotEqualTo(lines.get(1).path("embedding"));
    }

    @Test
    void poolingAndLengthCanBeChosen() {
        String mean = CommandRun.of("embed", "a cat", "-m", VECTORS).out();
        assertThat(CommandRun.of("embed", "a cat", "-m", VECTORS, "--pooling", "mean")
                        .out())
                .isEqualTo(mean);
        for (String other : List.of("--pooling=MAX", "--pooling=CLASS_TOKEN", "--raw")) {
            CommandRun run = CommandRun.of("embed", "a cat", "-m", VECTORS, other);
            assertThat(run.status()).isZero();
            assertThat(run.out()).startsWith("a cat\t").isNotEqualTo(mean);
        }
    }

    @Test
    void aLineBreakWithinATextDoesntBreakTheLine() {
        assertThat(CommandRun.of("embed", "a\tcat\nor two", "-m", VECTORS).lines())
                .singleElement()
                .asString()
                .startsWith("a cat or two\t");
    }

    @Test
    void textsAreClassified() {
        CommandRun run = CommandRun.of("classify", "a cat", "-m", MOODS);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(4).startsWith("a cat");
        assertThat(run.lines().subList(1, 4)).allMatch(line -> line.matches(" {2,4}\\d+\\.\\d %  (glad|sad|calm)"));
        JsonNode line = CommandRun.of("classify", "--json", "--top-k", 2, "a cat", "-m", MOODS)
                .json()
                .get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("text", "labels");
        assertThat(line.path("labels")).hasSize(2);
        assertThat(line.path("labels").get(0).fieldNames()).toIterable().containsExactly("label", "probability");
    }

    @Test
    void numbersThatAreNoProbabilitiesAreCalledScores() {
        Path stars = TEXT_TASKS.resolve("stars");
        assertThat(CommandRun.of("classify", "a cat", "-m", stars).lines().get(1))
                .matches(" +-?\\d+\\.\\d{3}  LABEL_0");
        JsonNode line =
                CommandRun.of("classify", "--json", "a cat", "-m", stars).json().get(0);
        assertThat(line.path("labels").get(0).fieldNames()).toIterable().containsExactly("label", "score");
    }

    @Test
    void aFileIsNotTakenForItsName() {
        Path photo = CHECKPOINT.resolve("photo.png");
        CommandRun run = CommandRun.of("embed", photo, "-m", VECTORS);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("vitrail: the model reads texts, but '" + photo + "' is a file\n  try:  --text");
        CommandRun asked = CommandRun.of("embed", "--text", photo, "-m", VECTORS);
        assertThat(asked.status()).isZero();
        assertThat(asked.out()).startsWith(photo + "\t");
    }

    @Test
    void aTextModelMustBeNamedAndBeOne() {
        CommandRun none = CommandRun.of("embed", "--text", "a cat");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err())
                .startsWith("vitrail: --text needs --model M, a model that reads texts: none is embedded\n");
        CommandRun pictures = CommandRun.of("embed", "--text", "a cat", "-m", CHECKPOINT);
        assertThat(pictures.status()).isEqualTo(1);
        assertThat(pictures.err()).startsWith("vitrail: ").contains("vit");
    }

    @Test
    void lettersThatTheEnvironmentDoesNotKnowAreNotTakenForOthers() {
        String encoding = System.getProperty("sun.jnu.encoding");
        System.setProperty("sun.jnu.encoding", "US-ASCII");
        try {
            CommandRun run = CommandRun.of("embed", "z\uFFFD\uFFFDrich", "-m", VECTORS);
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith(
                            "vitrail: An argument has letters that the environment's encoding, US-ASCII, doesn't know."
                                    + " try:  LC_ALL=C.UTF-8");
        } finally {
            System.setProperty("sun.jnu.encoding", encoding);
        }
        assertThat(CommandRun.of("embed", "z\uFFFDrich", "-m", VECTORS).status())
                .isZero();
    }

    @Test
    void poolingByMaximumIsForTexts() {
        CommandRun run = CommandRun.of("embed", "--pooling", "max", CHECKPOINT.resolve("photo.png"), "-m", CHECKPOINT);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("vitrail: --pooling MAX is for texts; for pictures: [POOLED, CLASS_TOKEN, MEAN]\n");
    }
}
