package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static io.vitrail.samples.cli.CommandRun.FUSION;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code caption} and {@code read}. */
class CaptionCommandTest {
    private static final Path BLIP = FUSION.resolve("blip_caption/base");
    private static final Path TROCR = FUSION.resolve("vision_encoder_decoder/vit_trocr");
    private static final Path PHOTO = BLIP.resolve("photo.png");
    private static final Path CAT = Path.of("images/chelsea.jpg");
    private static final Path DRAWING = BLIP.resolve("drawing.png");

    /** What the reference writes of the two pictures, as golden.json has it. */
    private static final List<String> CAPTIONS =
            List.of("u u uuoouerform se!aykeke seke", "##uckpainpjckkekeasekeke 2keke");

    @TempDir
    private Path folder;

    private static CommandRun caption(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("caption", "-m", BLIP, "--max-new-tokens", "15"));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray());
    }

    @Test
    void aSingleCaptionIsALine() {
        CommandRun run = caption(PHOTO);
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo(CAPTIONS.get(0) + "\n");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void captionsOfSeveralPicturesStandBelowTheirNames() {
        CommandRun run = caption(PHOTO, DRAWING, "-v");
        assertThat(run.status()).isZero();
        assertThat(run.lines())
                .containsExactly(PHOTO.toString(), "  " + CAPTIONS.get(0), DRAWING.toString(), "  " + CAPTIONS.get(1));
        assertThat(run.err()).startsWith("2 tokens read, 30 written in ");
    }

    @Test
    void jsonHasFileCaptionAndScore() {
        Path missing = folder.resolve("missing.png");
        CommandRun run = caption(PHOTO, missing, "--json");
        assertThat(run.status()).isEqualTo(1);
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).fieldNames()).toIterable().containsExactly("file", "caption", "score");
        assertThat(lines.get(0).path("file").asText()).isEqualTo(PHOTO.toString());
        assertThat(lines.get(0).path("caption").asText()).isEqualTo(CAPTIONS.get(0));
        assertThat(lines.get(0).path("score").asDouble()).isBetween(-20.0, -0.01);
        assertThat(lines.get(1).fieldNames()).toIterable().containsExactly("file", "error");
        assertThat(caption(PHOTO, "--json").json()).containsExactly(lines.get(0));
    }

    @Test
    void aPromptBeginsTheCaptions() {
        CommandRun run = CommandRun.of(
                "caption", PHOTO, "-m", BLIP, "--prompt", "a photo of", "--beams", "3", "--max-new-tokens", "12");
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo("a photo of u uke seke seokekeke seke\n"); // golden.json's from_files_prompt
    }

    @Test
    void variantsAreLines() {
        assertThat(caption(PHOTO, "--beams", "3", "--variants", "2").lines())
                .hasSize(2)
                .doesNotHaveDuplicates();
        CommandRun drawn = caption(PHOTO, DRAWING, "--sample", "--seed", "5", "--variants", "3", "--json");
        assertThat(drawn.json())
                .hasSize(6)
                .extracting(line -> line.path("file").asText())
                .startsWith(PHOTO + "", PHOTO + "");
        assertThat(drawn.status()).isZero();
    }

    @Test
    void aFolderIsCaptionedIntoAFile() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < 9; i++) {
            Files.copy(i % 2 == 0 ? PHOTO : DRAWING, pictures.resolve(i + ".png"));
        }
        Files.writeString(pictures.resolve("broken.png"), "no picture");
        Path out = folder.resolve("captions.jsonl");
        CommandRun run = caption(pictures, "--out", out);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("10 pictures, ").contains(" 1 failed");
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(10);
        for (int i = 0; i < 9; i++) {
            JsonNode line = new ObjectMapper().readTree(lines.get(i));
            assertThat(line.path("file").asText())
                    .isEqualTo(pictures.resolve(i + ".png").toString());
            assertThat(line.path("caption").asText()).isEqualTo(CAPTIONS.get(i % 2));
        }
        assertThat(lines.get(9)).contains("broken.png").contains("\"error\"");
        assertThat(caption(pictures, "--out", out).err()).startsWith("Nothing is left to do");
        CommandRun variants =
                caption(pictures, "--out", folder.resolve("two.jsonl"), "--beams", "2", "--variants", "2");
        assertThat(variants.status()).isEqualTo(2);
        assertThat(variants.err()).startsWith("vitrail: --out takes one text for each picture, not 2");
    }

    @Test
    void brokenPicturesOfAFolderAreNamedAndTheOthersCaptioned() throws IOException {
        Path pictures = Files.createDirectories(folder.resolve("pictures/more")).getParent();
        Files.writeString(pictures.resolve("broken.png"), "no picture");
        Files.write(pictures.resolve("cut.png"), Arrays.copyOf(Files.readAllBytes(PHOTO), 900));
        Files.writeString(pictures.resolve("notes.txt"), "no picture, and none by its name");
        Files.copy(DRAWING, pictures.resolve("drawing.png"));
        Files.copy(PHOTO, pictures.resolve("more/photo.png"));
        CommandRun run = caption(pictures);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines())
                .containsExactly(
                        pictures.resolve("drawing.png").toString(),
                        "  " + CAPTIONS.get(1),
                        pictures.resolve("more/photo.png").toString(),
                        "  " + CAPTIONS.get(0));
        CommandRun bulk = caption(pictures, "--out", folder.resolve("out.jsonl"));
        assertThat(bulk.status()).isEqualTo(1);
        for (String err : List.of(run.err(), bulk.err())) {
            assertThat(err)
                    .contains("vitrail: " + pictures.resolve("broken.png") + ": ")
                    .contains("vitrail: " + pictures.resolve("cut.png") + ": ")
                    .doesNotContain("notes.txt");
        }
    }

    @Test
    void aFolderWithoutPicturesIsRefused() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        CommandRun run = caption(empty);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("There is no picture in '" + empty + "'.");
    }

    @Test
    void withoutAModelTheEmbeddedOneAnswersOfflineAndAlwaysTheSame() {
        CommandRun caption = CommandRun.of("caption", CAT, "--json");
        assertThat(caption.status()).isZero();
        assertThat(caption.json().get(0).path("caption").asText()).contains("cat");
        assertThat(CommandRun.of("caption", CAT, "--json").out()).isEqualTo(caption.out());
    }

    @Test
    void withoutAModelSomeAreSuggestedForLinesOfText() {
        CommandRun read = CommandRun.of("read", PHOTO, "--json");
        assertThat(read.status()).isEqualTo(2);
        assertThat(read.err()).contains("microsoft/trocr-base-printed");
    }

    @Test
    void modelsForOtherThingsAreRefused() {
        CommandRun classifier = CommandRun.of("caption", PHOTO, "--model", CHECKPOINT);
        assertThat(classifier.status()).isEqualTo(1);
        assertThat(classifier.err())
                .startsWith(
                        "vitrail: This checkpoint is of ViTForImageClassification, model type 'vit', which isn't for"
                                + " captions.")
                .contains("BlipForConditionalGeneration (blip)");
        CommandRun text = CommandRun.of("caption", PHOTO, "--model", CommandRun.TEXT_TASKS.resolve("stories"));
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.err()).contains("which isn't for captions.");
        CommandRun captioner = CommandRun.of("read", PHOTO, "--model", BLIP);
        assertThat(captioner.status()).isEqualTo(1);
        assertThat(captioner.err())
                .contains("which isn't for reading lines of text.", "It serves the command caption.");
    }

    @Test
    void readReadsLines() {
        CommandRun run = CommandRun.of("read", PHOTO, "-m", TROCR, "--max-new-tokens", "15", "--json");
        assertThat(run.status()).isZero();
        JsonNode line = run.json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("file", "text", "score");
        assertThat(line.path("text").asText())
                .isEqualTo("leeelewlelee\u29e7\ufffdse\ufffd"); // golden.json's from_files
        CommandRun plain = CommandRun.of("read", PHOTO, "-m", TROCR, "--max-new-tokens", "15");
        assertThat(plain.out()).isEqualTo("leeelewlelee\u29e7\ufffdse\ufffd\n");
    }
}
