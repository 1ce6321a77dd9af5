package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacedFileTest {
    @TempDir
    private Path folder;

    @Test
    void aFileIsReplacedAndNothingElseStays() {
        Path file = folder.resolve("a.txt");
        ReplacedFile.write(file, "before and longer".getBytes());
        ReplacedFile.write(file, "after".getBytes());
        assertThat(file).hasContent("after");
        assertThat(folder.toFile().list()).containsExactly("a.txt");
    }

    @Test
    void whatCannotBeReplacedStaysAndIsNamed() throws IOException {
        Path taken = folder.resolve("taken");
        Files.createDirectories(taken.resolve("within"));
        assertThatThrownBy(() -> ReplacedFile.write(taken, new byte[1]))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("The file cannot be written")
                .hasMessageContaining("file: " + taken);
        assertThat(folder.toFile().list()).containsExactly("taken");
    }
}
