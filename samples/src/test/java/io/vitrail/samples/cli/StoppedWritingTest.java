package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program that writes an endless text ends in order when it is told to, and when nobody reads on. */
@Timeout(120)
class StoppedWritingTest {
    @TempDir
    private Path folder;

    private Process writing() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vitrail.class.getName(),
                        "text2text",
                        "a cat",
                        "--max-new-tokens",
                        "1000000",
                        "--model",
                        TEXT_TASKS.resolve("prefixes").toString())
                .redirectError(folder.resolve("err.txt").toFile())
                .start();
    }

    @Test
    void aSignalEndsTheTextAndKeepsWhatIsThere() throws IOException, InterruptedException {
        Process program = writing();
        byte[] begun = program.getInputStream().readNBytes(40);
        program.toHandle().destroy(); // which leaves its streams open
        String text = new String(begun, StandardCharsets.UTF_8)
                + new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).isNotZero();
        assertThat(text).endsWith(System.lineSeparator());
        assertThat(Files.readString(folder.resolve("err.txt"))).isEmpty();
    }

    @Test
    void nobodyWhoReadsOnEndsTheText() throws IOException, InterruptedException {
        Process program = writing();
        try (InputStream out = program.getInputStream()) {
            assertThat(out.readNBytes(40)).hasSize(40);
        }
        boolean ended = program.waitFor(60, TimeUnit.SECONDS);
        program.destroyForcibly();
        assertThat(ended).isTrue();
        assertThat(program.exitValue()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("err.txt"))).isEmpty();
    }
}
