package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code search DIR QUERY}. */
class SearchCommandTest {
    private static final Path CLIP = CommandRun.FUSION.resolve("clip/quick_gelu");

    @TempDir
    private Path temporary;

    private Path folder;
    private Path photo;

    @BeforeEach
    void fill() throws IOException {
        folder = Files.createDirectories(temporary.resolve("photos/deep")).getParent();
        photo = Files.copy(CLIP.resolve("photo.png"), folder.resolve("photo.png"));
        Files.copy(CLIP.resolve("drawing.png"), folder.resolve("deep/drawing.png"));
        Files.copy(CommandRun.CHECKPOINT.resolve("photo.png"), folder.resolve("third.png"));
    }

    private CommandRun search(Object... more) {
        return CommandRun.of(
                Stream.concat(Stream.of("search", folder), Stream.of(more)).toArray());
    }

    @Test
    void aSentenceFindsPicturesBestFirst() {
        CommandRun run = search("a cat on the table", "-m", CLIP, "--top-k", 2);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(2).allMatch(line -> line.matches(" ?-?[01]\\.\\d{4}  " + folder + "/.+\\.png"));
        assertThat(run.err()).contains("100 % 3 of 3 pictures").contains("3 new pictures, 0 changed, 0 gone");
        CommandRun again = search("a cat on the table", "-m", CLIP, "--json");
        assertThat(again.status()).isZero();
        assertThat(again.err()).isEmpty(); // nothing was to be done
        assertThat(again.json()).hasSize(3);
        for (JsonNode line : again.json()) {
            assertThat(line.fieldNames()).toIterable().containsExactly("file", "score");
        }
        assertThat(again.json().get(0).path("score").asDouble())
                .isGreaterThanOrEqualTo(again.json().get(2).path("score").asDouble());
    }

    @Test
    void aPictureFindsItselfWithTheEmbeddedModel() {
        CommandRun run = search("--image", photo, "--json");
        assertThat(run.status()).isZero();
        assertThat(run.json().get(0).path("file").asText()).isEqualTo(photo.toString());
        assertThat(run.json().get(0).path("score").asDouble()).isCloseTo(1, within(1e-5));
    }

    @Test
    void aBrokenPictureIsReportedAndTheOthersAreFound() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.jpg"), "no picture");
        CommandRun json = search("--image", photo, "--json");
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.json()).hasSize(4);
        assertThat(json.json().get(0).path("file").asText()).isEqualTo(broken.toString());
        assertThat(json.json().get(0).path("error").asText()).startsWith("The file is no picture");
        CommandRun text = search("--image", photo);
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.lines()).hasSize(3);
        assertThat(text.err()).startsWith("vitrail: " + broken + ": The file is no picture");
    }

    @Test
    void anotherModelNeedsToRebuild() {
        assertThat(search("a cat", "-m", CLIP).status()).isZero();
        CommandRun other = search("--image", photo);
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err())
                .startsWith("vitrail: The index was made by another model: quick_gelu (")
                .contains("another place for the index (--index PLACE), or to build it anew (--rebuild).");
        assertThat(search("--image", photo, "--index", temporary.resolve("other"))
                        .status())
                .isZero();
        CommandRun rebuilt = search("--image", photo, "--rebuild");
        assertThat(rebuilt.status()).isZero();
        assertThat(rebuilt.err()).contains("3 new pictures");
        assertThat(search("--image", photo).err()).isEmpty();
    }

    @Test
    void aPlaceThatCantBeWrittenTellsOfTheOption() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "taken");
        CommandRun run = search("--image", photo, "--index", file);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vitrail: No index can be written to '" + file + "'")
                .contains("--index PLACE");
    }

    @Test
    void sentencesNeedAModelThatKnowsThem() {
        CommandRun none = search("a cat");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("--model M is missing").contains("openai/clip-vit-base-patch32");
        CommandRun vision = search("a cat", "-m", CommandRun.CHECKPOINT);
        assertThat(vision.status()).isEqualTo(1);
        assertThat(vision.err())
                .startsWith("vitrail: The model knows pictures alone, no sentences. try:  --image FILE");
    }

    @Test
    void wrongCommandLinesAreTold() {
        for (CommandRun run : List.of(search("-m", CLIP), search("a cat", "--image", photo, "-m", CLIP))) {
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).startsWith("vitrail: either QUERY or --image FILE tells what is sought");
        }
        assertThat(search("a cat", "-m", CLIP, "--top-k", 0).status()).isEqualTo(2);
        CommandRun empty = CommandRun.of("search", folder.resolve("none"), "--image", photo);
        assertThat(empty.status()).isEqualTo(1);
        assertThat(empty.err()).startsWith("vitrail: There is no folder '");
    }

    @Test
    void aFolderWithoutPicturesIsToldOf() throws IOException {
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        CommandRun run = CommandRun.of("search", empty, "--image", photo);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: There is no picture in '" + empty + "'.");
    }
}
