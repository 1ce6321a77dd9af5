package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureReaderTest {
    private static final Picture SMALL = TestPictures.noise(7, 5, 1);
    private static final Picture TALL = TestPictures.noise(20, 30, 2);

    private final PictureReader reader = new PictureReader(10);

    @TempDir
    private Path folder;

    @Test
    void readsRecords() throws IOException {
        Path file = records(TestPictures.png(SMALL), TestPictures.png(TALL));
        PictureSet set = reader.records(file, 4);
        assertThat(set.labels()).containsExactly(4, 5);
        assertThat(set.pictures().get(0).rgb()).isEqualTo(SMALL.rgb());
    }

    @Test
    void largePicturesAreShrunk() throws IOException {
        Picture shrunk =
                reader.records(records(TestPictures.png(TALL)), 0).pictures().get(0);
        assertThat(shrunk.width()).isEqualTo(10);
        assertThat(shrunk.height()).isEqualTo(15);
    }

    @Test
    void recordsThatAreCutOffAreRefused() throws IOException {
        Path file = folder.resolve("cut.rec.gz");
        try (DataOutputStream stream = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            stream.writeByte(1);
            stream.writeShort(100);
            stream.write(new byte[99]);
        }
        assertThatThrownBy(() -> reader.records(file, 0))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("The records end in the middle of one.%n  file: %s%n  try:  %s"
                        .formatted(file, "fetch the file again, it is cut off."));
    }

    @Test
    void aDamagedPictureIsNamed() throws IOException {
        Path file = records(TestPictures.png(SMALL), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> reader.records(file, 0))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot decode record 1: ")
                .hasMessageContaining("file: " + file);
    }

    @Test
    void readsZippedFoldersInTheOrderOfTheirNames() throws IOException {
        Path file = zip(Map.of(
                "train/n02/b.PNG", TestPictures.png(TALL),
                "train/n01/a.PNG", TestPictures.png(SMALL),
                "train/other/c.PNG", TestPictures.png(SMALL)));
        PictureSet set = reader.zippedFolders(file, Map.of("n01", 10, "n02", 11));
        assertThat(set.labels()).containsExactly(10, 11);
        assertThat(set.pictures().get(0).rgb()).isEqualTo(SMALL.rgb());
    }

    @Test
    void readsZippedPhotosOfTheirSplitAndCategory() throws IOException {
        Path file = zip(Map.of("a.png", TestPictures.png(SMALL), "b.png", TestPictures.png(TALL)));
        Files.writeString(
                folder.resolve("photos.jsonl"),
                """
                {"file": "b.png", "category": "boat", "split": "test"}
                {"file": "a.png", "category": "cat", "split": "train"}
                {"file": "a.png", "category": "sofa", "split": "train"}
                {"file": "b.png", "category": "boat", "split": "train"}
                """);
        Map<String, Integer> labels = Map.of("boat", 8, "cat", 3);
        PictureSet set = reader.zippedPhotos(
                file,
                photo -> Optional.ofNullable(labels.get(photo.path("category").asText())),
                Set.of("train"));
        assertThat(set.labels()).containsExactly(3, 8);
    }

    @Test
    void readsFolders() throws IOException {
        for (String label : new String[] {"cat", "dog", "zebra"}) {
            Files.createDirectory(folder.resolve(label));
            Files.write(folder.resolve(label + "/1.png"), TestPictures.png(SMALL));
        }
        PictureSet set = reader.folders(folder, Map.of("dog", 5, "cat", 3, "frog", 6));
        assertThat(set.labels()).containsExactly(3, 5);
    }

    @Test
    void nothingOfAKnownClassIsAnError() {
        assertThatThrownBy(() -> reader.folders(folder, Map.of("cat", 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(folder + " holds no picture of a known class.");
    }

    private Path records(byte[]... pictures) throws IOException {
        Path file = folder.resolve("some.rec.gz");
        try (DataOutputStream stream = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            for (int i = 0; i < pictures.length; i++) {
                stream.writeByte(i);
                stream.writeShort(pictures[i].length);
                stream.write(pictures[i]);
            }
        }
        return file;
    }

    private Path zip(Map<String, byte[]> entries) throws IOException {
        Path file = folder.resolve("photos.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return file;
    }
}
