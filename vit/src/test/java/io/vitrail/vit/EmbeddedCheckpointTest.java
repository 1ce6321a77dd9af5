package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unpacked files of the embedded model: there while it is loaded, and gone however that ends. */
class EmbeddedCheckpointTest {
    private static final String TEMPORARY = "java.io.tmpdir";

    @TempDir
    private Path temporary;

    @Test
    void filesAreThereUntilItIsClosed() {
        Path folder;
        try (EmbeddedCheckpoint checkpoint = EmbeddedCheckpoint.unpack()) {
            folder = checkpoint.folder();
            assertThat(EmbeddedCheckpoint.FILES).allMatch(file -> Files.exists(folder.resolve(file)));
        }
        assertThat(folder).doesNotExist();
    }

    @Test
    void aProgramThatIsStoppedMeanwhileLeavesNothing() throws IOException, InterruptedException {
        Process program = run(temporary);
        assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isEqualTo(Stopped.STATUS);
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void withoutAFolderForTemporaryFilesItSaysWhatToDo() throws IOException, InterruptedException {
        Path missing = temporary.resolve("missing");
        Process program = run(missing);
        String error = new String(program.getErrorStream().readAllBytes());
        assertThat(program.waitFor()).isEqualTo(1);
        assertThat(error)
                .contains(CheckpointException.class.getName(), "The embedded model can't be unpacked: ")
                .contains("\n  file: " + missing, "-Djava.io.tmpdir=FOLDER");
    }

    private static Process run(Path temporary) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + TEMPORARY + "=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stopped.class.getName())
                .start();
    }

    /** A program that ends, as by Ctrl-C, with the checkpoint unpacked. */
    static final class Stopped {
        static final int STATUS = 7;

        private Stopped() {}

        public static void main(String[] arguments) {
            Path folder = EmbeddedCheckpoint.unpack().folder();
            System.exit(Files.exists(folder.resolve("model.safetensors")) ? STATUS : 0);
        }
    }
}
