package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.vit.training.LabelledPictures.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledPicturesTest {
    @TempDir
    private Path folder;

    private void touch(String... files) throws IOException {
        for (String file : files) {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.createFile(path);
        }
    }

    private static Set<String> names(List<Example> examples) {
        return examples.stream()
                .map(example -> example.file().getFileName() + " " + example.label())
                .collect(Collectors.toSet());
    }

    @Test
    void foldersAreLabels() throws IOException {
        touch("b/1.jpg", "b/2.PNG", "a/3.webp", "a/notes.txt", "c/readme.md", ".d/4.jpg", "5.jpg", "a/.6.jpg");
        LabelledPictures pictures = LabelledPictures.in(folder, 0, 1);
        assertThat(pictures.labels()).containsExactly("a", "b");
        assertThat(names(pictures.training())).containsExactlyInAnyOrder("3.webp 0", "1.jpg 1", "2.PNG 1");
        assertThat(pictures.evaluation()).isEmpty();
    }

    @Test
    void someOfEachClassAreHeldOut() throws IOException {
        for (int i = 0; i < 10; i++) {
            touch("a/" + i + ".jpg", "b/" + (10 + i) + ".jpg");
        }
        touch("c/20.jpg", "c/21.jpg", "d/22.jpg");
        LabelledPictures pictures = LabelledPictures.in(folder, 0.2, 5);
        assertThat(pictures.evaluation()).extracting(Example::label).containsExactly(0, 0, 1, 1, 2);
        assertThat(pictures.training()).hasSize(18);
        Set<Example> all = new HashSet<>(pictures.training());
        all.addAll(pictures.evaluation());
        assertThat(all).hasSize(23);
        assertThat(LabelledPictures.in(folder, 0.2, 5)).isEqualTo(pictures);
        assertThat(LabelledPictures.in(folder, 0.2, 6)).isNotEqualTo(pictures);
    }

    @Test
    void aClassIsNeverHeldOutAsAWhole() throws IOException {
        touch("a/1.jpg", "b/2.jpg", "b/3.jpg", "c/4.jpg", "c/5.jpg", "c/6.jpg");
        LabelledPictures pictures = LabelledPictures.in(folder, 0.9, 1);
        assertThat(pictures.training()).extracting(Example::label).containsExactly(0, 1, 2);
        assertThat(pictures.evaluation()).extracting(Example::label).containsExactly(1, 2, 2);
    }

    @Test
    void aClassMayBeCalledTrain() throws IOException {
        touch("train/1.jpg", "sofa/2.jpg");
        assertThat(LabelledPictures.in(folder, 0, 1).labels()).containsExactly("sofa", "train");
        touch("train/express/3.jpg");
        assertThat(names(LabelledPictures.in(folder, 0, 1).training())).containsExactlyInAnyOrder("1.jpg 1", "2.jpg 0");
    }

    @Test
    void labelsAreDistinctAndNotBlank() {
        List<Example> none = List.of();
        assertThatThrownBy(() -> new LabelledPictures(List.of("a", "b", "a"), none, none))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Each class needs a name of its own, which isn't blank: [a, b, a]");
        assertThatThrownBy(() -> new LabelledPictures(List.of("a", " "), none, none))
                .isInstanceOf(IllegalArgumentException.class);
        List<Example> other = List.of(new Example(Path.of("x.jpg"), 2));
        assertThatThrownBy(() -> new LabelledPictures(List.of("a", "b"), other, none))
                .hasMessage("x.jpg: class 2 is none of the 2");
    }

    @Test
    void foldersMayBeSplitAlready() throws IOException {
        touch("train/a/1.jpg", "train/b/2.jpg", "val/b/3.jpg", "val/a/4.jpg");
        LabelledPictures pictures = LabelledPictures.in(folder, 0.5, 1);
        assertThat(names(pictures.training())).containsExactlyInAnyOrder("1.jpg 0", "2.jpg 1");
        assertThat(names(pictures.evaluation())).containsExactlyInAnyOrder("4.jpg 0", "3.jpg 1");
        touch("val/c/5.jpg");
        assertThatThrownBy(() -> LabelledPictures.in(folder, 0.5, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has labels that the training hasn't: [c]");
    }

    @Test
    void wrongFoldersAreExplained() throws IOException {
        assertThatThrownBy(() -> LabelledPictures.in(folder.resolve("none"), 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a folder");
        touch("1.jpg", "only/2.jpg");
        assertThatThrownBy(() -> LabelledPictures.in(folder, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 1 folders of pictures")
                .hasMessageContaining("[only]")
                .hasMessageContaining("<label>/photo.jpg");
        assertThatThrownBy(() -> LabelledPictures.in(folder, 1, 1)).hasMessageContaining("must be in [0, 1), not 1.0");
    }
}
