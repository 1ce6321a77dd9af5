package io.vitrail.transformer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompanionFilesTest {
    @TempDir
    private Path source;

    @TempDir
    private Path target;

    @Test
    void thoseOfTheSourceReplaceThoseOfAnother() throws IOException {
        Files.writeString(source.resolve("vocab.txt"), "new");
        Files.writeString(target.resolve("vocab.txt"), "old");
        Files.writeString(target.resolve("merges.txt"), "old");
        Files.writeString(target.resolve("notes.txt"), "mine");
        CompanionFiles.in(source).save(target);
        assertThat(target.resolve("vocab.txt")).hasContent("new");
        assertThat(target.resolve("merges.txt")).doesNotExist();
        assertThat(target.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void aFileBeyondTheBoundIsRefused() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(source.resolve("tokenizer.json").toFile(), "rw")) {
            file.setLength((64L << 20) + 1);
        }
        assertThatThrownBy(() -> CompanionFiles.in(source))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("larger than 64 MB")
                .hasMessageContaining("tokenizer.json");
    }
}
