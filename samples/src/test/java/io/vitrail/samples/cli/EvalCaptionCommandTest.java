package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.fusion.ImageTextEmbedder;
import io.vitrail.fusion.metrics.ClipScore;
import io.vitrail.vit.image.Image;
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
    void clipTellsHowWellCaptionsFitTheirPictures() throws IOException {
        Path clip = CommandRun.FUSION.resolve("clip/quick_gelu");
        Path photo = Files.copy(clip.resolve("photo.png"), folder.resolve("a.jpg"));
        Files.copy(clip.resolve("drawing.png"), folder.resolve("b.jpg"));
        Object[] arguments = {
            "eval", "caption", folder, "--split", "test", "--candidates", candidates, "--clip-model", clip, "--json"
        };
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.status()).isZero();
        JsonNode line = run.json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("bleu4", "rougeL", "ciderD", "clipScore", "n");
        try (ImageTextEmbedder embedder = ImageTextEmbedder.load(clip)) {
            ClipScore metric = new ClipScore(embedder);
            double mean = (metric.score(Image.fromFile(photo), "a cat sleeps on a red chair")
                            + metric.score(Image.fromFile(folder.resolve("b.jpg")), "Two dogs run on the beach"))
                    / 2;
            assertThat(line.path("clipScore").asDouble(-1)).isCloseTo(mean, within(1e-5));
        }
        Files.writeString(folder.resolve("b.jpg"), "no picture");
        CommandRun broken = CommandRun.of(arguments);
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.json().get(0).path("file").asText()).isEqualTo("b.jpg");
        assertThat(broken.json().get(1).path("n").asInt()).isEqualTo(2);
        Files.delete(photo);
        CommandRun none = CommandRun.of(arguments);
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).startsWith("vitrail: No picture that has a caption can be read: ");
    }

    @Test
    void clipScoresAModelsCaptionsToo() throws IOException {
        Files.copy(BLIP.resolve("photo.png"), folder.resolve("a.jpg"));
        Files.copy(BLIP.resolve("drawing.png"), folder.resolve("b.jpg"));
        CommandRun run = CommandRun.of(
                "eval",
                "caption",
                folder,
                "-m",
                BLIP,
                "--split",
                "test",
                "--max-new-tokens",
                "3",
                "--clip-model",
                CommandRun.FUSION.resolve("siglip/base"));
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(8).anyMatch(line -> line.matches("CLIPScore [0-9.]+"));
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
    void aModelOrCandidatesAreScoredAndNotBoth() {
        CommandRun both = CommandRun.of("eval", "caption", folder, "--candidates", candidates, "-m", BLIP);
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.err()).contains("either --model M or --candidates FILE", "not both");
        CommandRun options = CommandRun.of("eval", "caption", folder, "--candidates", candidates, "--beams", "3");
        assertThat(options.status()).isEqualTo(2);
        assertThat(options.err()).startsWith("vitrail: --beams goes with a model, not with --candidates FILE");
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
