package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval caption DIR}, of written captions and of a model's. */
class EvalCaptionCommandTest {
    private static final Path BLIP = CommandRun.FUSION.resolve("blip_caption/base");

    @TempDir
    private Path folder;

    private Path candidates;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(
                folder.resolve("captions.jsonl"),
                """
                {"file": "a.jpg", "split": "test", "captions": ["A cat sleeps on a red chair.", "A sleeping cat"]}
                {"file": "b.jpg", "split": "test", "captions": ["Two dogs run on the beach.", "Dogs on a beach"]}
                {"file": "c.jpg", "split": "train", "captions": ["Boats"]}
                """);
        candidates = Files.writeString(
                folder.resolve("said.jsonl"),
                """
                {"file": "a.jpg", "caption": "a cat sleeps on a red chair", "score": -0.1}
                {"file": "b.jpg", "caption": "Two dogs run on the beach"}
                """);
    }

    @Test
    void theLastLineHasTheScores() {
        CommandRun run =
                CommandRun.of("eval", "caption", folder, "--split", "test", "--candidates", candidates, "--json");
        assertThat(run.status()).isZero();
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).fieldNames()).toIterable().containsExactly("bleu4", "rougeL", "ciderD", "n");
        assertThat(lines.get(0).path("bleu4").asDouble()).isCloseTo(1, within(1e-8));
        assertThat(lines.get(0).path("rougeL").asDouble()).isCloseTo(1, within(1e-8));
        assertThat(lines.get(0).path("ciderD").asDouble()).isBetween(4.0, 6.0);
        assertThat(lines.get(0).path("n").asInt()).isEqualTo(2);
    }

    @Test
    void withoutJsonEveryScoreHasALine() {
        CommandRun run = CommandRun.of("eval", "caption", folder, "--split", "test", "--candidates", candidates);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(7).startsWith("BLEU-1   1.0000").contains("ROUGE-L  1.0000", "of 2 pictures");
    }

    @Test
    void picturesThatFailedAreReported() throws IOException {
        Files.writeString(
                candidates,
                """
                {"file": "a.jpg", "caption": "a cat"}
                {"file": "b.jpg", "error": "cut off"}
                """);
        CommandRun json =
                CommandRun.of("eval", "caption", folder, "--split", "test", "--candidates", candidates, "--json");
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.lines().get(0)).isEqualTo("{\"file\":\"b.jpg\",\"error\":\"cut off\"}");
        assertThat(json.json().get(1).path("n").asInt()).isEqualTo(1);
        CommandRun text = CommandRun.of("eval", "caption", folder, "--split", "test", "--candidates", candidates);
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.err()).isEqualTo("vitrail: b.jpg: cut off\n");
        assertThat(text.lines()).endsWith("of 1 pictures (1 have no caption)");
    }

    @Test
    void missingCaptionsAreNamed() {
        CommandRun run = CommandRun.of("eval", "caption", folder, "--candidates", candidates);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: These pictures have no candidate caption: c.jpg.");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aWrongLineIsNamedWithItsFile() throws IOException {
        Files.writeString(candidates, "{\"file\": \"a.jpg\"}\n");
        CommandRun run = CommandRun.of("eval", "caption", folder, "--candidates", candidates);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: Line 1 has no text \"caption\". file: " + candidates);
    }

    @Test
    void eitherAModelOrCandidatesMustBeNamed() {
        for (CommandRun run : List.of(
                CommandRun.of("eval", "caption", folder),
                CommandRun.of("eval", "caption", folder, "--candidates", candidates, "-m", BLIP))) {
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err())
                    .contains("either --model M or --candidates FILE", "Salesforce/blip-image-captioning-base");
        }
        CommandRun options = CommandRun.of("eval", "caption", folder, "--candidates", candidates, "--beams", "3");
        assertThat(options.status()).isEqualTo(2);
        assertThat(options.err()).startsWith("vitrail: --beams goes with --model M alone");
    }

    @Test
    void aModelsOwnCaptionsAreScored() throws IOException {
        Files.copy(BLIP.resolve("photo.png"), folder.resolve("a.jpg"));
        Files.copy(BLIP.resolve("drawing.png"), folder.resolve("b.jpg"));
        CommandRun run = CommandRun.of(
                "eval",
                "caption",
                folder,
                "-m",
                BLIP,
                "--prompt",
                "dogs on a beach",
                "--max-new-tokens",
                "3",
                "--json");
        assertThat(run.status()).isEqualTo(1);
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).path("file").asText()).isEqualTo("c.jpg");
        assertThat(lines.get(0).path("error").asText()).startsWith("There is no such file.");
        assertThat(lines.get(1).path("n").asInt()).isEqualTo(2);
        assertThat(lines.get(1).path("rougeL").asDouble()).isPositive();
        CommandRun test =
                CommandRun.of("eval", "caption", folder, "-m", BLIP, "--max-new-tokens", "3", "--split", "test", "-v");
        assertThat(test.status()).isZero();
        assertThat(test.lines()).endsWith("of 2 pictures");
        assertThat(test.err()).contains("100 % 2 pictures, ").contains("2 tokens read, 6 written");
        CommandRun none = CommandRun.of("eval", "caption", folder, "-m", BLIP, "--split", "dev");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).startsWith("vitrail: The set has no picture of the split 'dev'.");
    }
}
