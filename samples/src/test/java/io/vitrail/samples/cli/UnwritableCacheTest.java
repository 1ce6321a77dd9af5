package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in a JVM of its own, which can't unpack PyTorch's natives. */
class UnwritableCacheTest {
    @TempDir
    private Path folder;

    @Test
    void theFolderThatCanBeChosenIsNamed() throws IOException, InterruptedException {
        Path file = Files.createFile(folder.resolve("no-folder"));
        Path err = folder.resolve("err.txt");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-DDJL_CACHE_DIR=" + file.resolve("cache"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vitrail.class.getName(),
                        "classify",
                        "--model",
                        CHECKPOINT.toString(),
                        CHECKPOINT.resolve("photo.png").toString())
                .redirectError(err.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(program.waitFor()).isEqualTo(1);
        assertThat(Files.readString(err))
                .contains("vitrail: PyTorch's natives can't be unpacked: ")
                .contains("try:  DJL_CACHE_DIR");
    }
}
