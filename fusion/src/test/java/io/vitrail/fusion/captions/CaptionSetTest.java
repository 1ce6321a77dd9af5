package io.vitrail.fusion.captions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.ImageException;
import io.vitrail.vit.image.ImageLimits;
import io.vitrail.vit.image.ImageReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures with captions. */
class CaptionSetTest {
    private static final String LINES =
            """
            {"id": "1", "file": "a.png", "split": "test", "captions": ["A cat.", "The cat"], "width0": 500}

            {"file": "sub/b.png", "captions": ["A dog"]}
            {"file": "c.png", "split": "train", "captions": ["A bird"]}
            """;

    @TempDir
    private Path folder;

    private Path lines(String content) throws IOException {
        return Files.writeString(folder.resolve("captions.jsonl"), content);
    }

    private static byte[] picture(int width) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(new BufferedImage(width, 4, BufferedImage.TYPE_INT_RGB), "png", bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void zip(Path file, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
    }

    private static List<CaptionedPicture> all(CaptionSet set, Optional<String> split) {
        try (Stream<CaptionedPicture> pictures = set.pictures(split)) {
            return pictures.toList();
        }
    }

    @Test
    void eachLineIsAPicture() throws IOException {
        lines(LINES);
        try (CaptionSet set = CaptionSet.open(folder)) {
            assertThat(all(set, Optional.empty()))
                    .containsExactly(
                            new CaptionedPicture("a.png", Optional.of("test"), List.of("A cat.", "The cat")),
                            new CaptionedPicture("sub/b.png", Optional.empty(), List.of("A dog")),
                            new CaptionedPicture("c.png", Optional.of("train"), List.of("A bird")));
            assertThat(all(set, Optional.of("train")))
                    .extracting(CaptionedPicture::file)
                    .containsExactly("c.png");
            assertThat(all(set, Optional.of("val"))).isEmpty();
        }
    }

    @Test
    void aFileOfLinesMayHaveAnyName() throws IOException {
        Path file = Files.move(lines(LINES), folder.resolve("birds.v2.jsonl"));
        zip(folder.resolve("birds.v2.zip"), Map.of("a.png", picture(7)));
        try (CaptionSet set = CaptionSet.open(file)) {
            CaptionedPicture first = all(set, Optional.empty()).get(0);
            assertThat(set.read(first, ImageReader.DEFAULT).width()).isEqualTo(7);
        }
    }

    @Test
    void picturesLieInTheZipOrBesideTheLines() throws IOException {
        lines(LINES);
        zip(folder.resolve("captions.zip"), Map.of("a.png", picture(5), "sub/b.png", picture(6)));
        Files.write(folder.resolve("a.png"), picture(9)); // the zip has it, too
        Files.write(folder.resolve("c.png"), picture(8));
        try (CaptionSet set = CaptionSet.open(folder)) {
            assertThat(all(set, Optional.empty()).parallelStream().map(picture -> set.read(picture, ImageReader.DEFAULT)
                            .width()))
                    .containsExactly(5, 6, 8);
            ImageReader strict = ImageReader.DEFAULT.withLimits(new ImageLimits(1 << 20, 10));
            assertThatThrownBy(() -> set.read(all(set, Optional.empty()).get(0), strict))
                    .isInstanceOf(ImageException.class);
        }
    }

    @Test
    void aMissingPictureIsAnErrorWhenItIsRead() throws IOException {
        lines(LINES);
        try (CaptionSet set = CaptionSet.open(folder)) {
            CaptionedPicture first = all(set, Optional.empty()).get(0);
            assertThatThrownBy(() -> set.read(first, ImageReader.DEFAULT))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("There is no such file.")
                    .hasMessageContaining("a.png");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {"captions": ["x"]}                                 | Line 2 has no text "file".
            {"file": "", "captions": ["x"]}                     | Line 2 has no text "file".
            {"file": "b"}                                       | Line 2 has no list of "captions".
            {"file": "b", "captions": []}                       | Line 2 has no list of "captions".
            {"file": "b", "captions": ["x", 7]}                 | Line 2 has a caption that is no text.
            {"file": "b", "split": 1, "captions": ["x"]}        | Line 2 has no text "split".
            {"file": "../b", "captions": ["x"]}                 | Line 2 names a file outside of its folder: ../b.
            {"file": "x/../../b", "captions": ["x"]}            | Line 2 names a file outside of its folder: x/../../b.
            {"file": "/etc/b", "captions": ["x"]}               | Line 2 names a file outside of its folder: /etc/b.
            {"file": "a", "captions": ["x"]}                    | Line 2 names a, as line 1 does.
            {"file": "b"                                        | Line 2 is no JSON:
            "b"                                                 | Line 2 is no JSON object.
            """)
    void aWrongLineIsNamed(String line, String message) throws IOException {
        Path file = lines("{\"file\": \"a\", \"captions\": [\"x\"]}\n" + line + "\n");
        try (CaptionSet set = CaptionSet.open(folder)) {
            assertThatThrownBy(() -> all(set, Optional.empty()))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith(message)
                    .hasMessageContaining("\n  file: " + file);
        }
    }

    @Test
    void linesAreReadAsTheyAreAskedFor() throws IOException {
        lines(LINES + "no JSON\n");
        try (CaptionSet set = CaptionSet.open(folder);
                Stream<CaptionedPicture> pictures = set.pictures(Optional.empty())) {
            assertThat(pictures.limit(3)).hasSize(3);
        }
    }

    @Test
    void aFolderWithoutLinesOrWithADamagedZipIsRefused() throws IOException {
        assertThatThrownBy(() -> CaptionSet.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("There is no such file.\n  file: " + folder.resolve("captions.jsonl"));
        lines(LINES);
        Files.writeString(folder.resolve("captions.zip"), "no zip");
        assertThatThrownBy(() -> CaptionSet.open(folder)).hasMessageStartingWith("The zip can't be read: ");
    }
}
