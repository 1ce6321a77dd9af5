package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EverydayPicturesTest {
    @TempDir
    private Path data;

    @Test
    void classesAreThoseOfCifarThenThoseOfImagenette() throws IOException {
        write("{\"classes\": [\"airplane\", \"automobile\", \"bird\", \"cat\", \"dog\", \"horse\", \"ship\"]}");
        assertThat(new EverydayPictures(data).labels())
                .containsExactly(
                        "airplane", "automobile", "bird", "cat", "dog", "horse", "ship", "tench", "English springer");
    }

    @Test
    void aDataSetWithoutAClassThatPascalNeedsIsRefused() throws IOException {
        write("{\"classes\": [\"airplane\", \"automobile\", \"bird\", \"cat\", \"dog\", \"ship\"]}");
        assertThatThrownBy(() -> new EverydayPictures(data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(data + ": no class is named horse");
    }

    @Test
    void aMissingFolderIsNamed() {
        assertThatThrownBy(() -> new EverydayPictures(data))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("file: " + data.resolve("cifar10/classes.json"))
                .hasMessageEndingWith("give the folder that holds cifar10, imagenette and captions.");
    }

    @Test
    void namesThatAreNoJsonAreRefusedByFile() throws IOException {
        write("[1, 2]");
        assertThatThrownBy(() -> new EverydayPictures(data))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("A JSON object must stand here")
                .hasMessageContaining("file: " + data.resolve("cifar10/classes.json"));
    }

    @Test
    void aClassNeedsAName() throws IOException {
        write("{\"classes\": [\"airplane\", \"\"]}");
        assertThatThrownBy(() -> new EverydayPictures(data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(data + ": a class has no name");
    }

    @Test
    void photosAreCountedByTheMeanOfTheirSourcesClasses() throws IOException {
        write("{\"classes\": [\"airplane\", \"automobile\", \"bird\", \"cat\", \"dog\", \"horse\", \"ship\"]}");
        List<Double> counts = new EverydayPictures(data)
                .photosOfEachClass(List.of(
                        new TrainingSet(pictures(0, 1, 2, 3, 4, 5, 6), 1, Augmentation.ofThumbnails()),
                        new TrainingSet(pictures(3, 3, 5, PictureSet.NO_CLASS), 7, Augmentation.ofScenes()),
                        new TrainingSet(pictures(7, 7, 7, 8), 2.5, Augmentation.ofPhotos())));
        assertThat(counts).containsExactly(3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 5.0, 5.0);
    }

    private static PictureSet pictures(Integer... labels) {
        Picture picture = TestPictures.noise(5, 4, 1);
        return new PictureSet("some", Collections.nCopies(labels.length, picture), List.of(labels));
    }

    private void write(String cifar) throws IOException {
        Files.createDirectory(data.resolve("cifar10"));
        Files.writeString(data.resolve("cifar10/classes.json"), cifar);
        Files.createDirectory(data.resolve("imagenette"));
        Files.writeString(
                data.resolve("imagenette/classes.json"),
                """
                [{"label": 0, "wnid": "n01440764", "name": "tench"},
                 {"label": 1, "wnid": "n02102040", "name": "English springer"}]
                """);
    }
}
