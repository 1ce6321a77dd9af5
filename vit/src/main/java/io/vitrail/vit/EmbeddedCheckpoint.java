package io.vitrail.vit;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The small model that this project trained, as files: a checkpoint in the Hugging Face layout. It lies in the jar, and
 * weights are mapped from files, so it is unpacked for as long as it is being loaded. A program that is stopped meanwhile
 * leaves nothing behind either.
 */
final class EmbeddedCheckpoint implements AutoCloseable {
    /** In the order in which they are unpacked. */
    static final List<String> FILES = List.of("config.json", "preprocessor_config.json", "model.safetensors");

    private final Path folder;

    private EmbeddedCheckpoint(Path folder) {
        this.folder = folder;
    }

    static EmbeddedCheckpoint unpack() {
        try {
            EmbeddedCheckpoint checkpoint = new EmbeddedCheckpoint(Files.createTempDirectory("vitrail-embedded-"));
            checkpoint.folder.toFile().deleteOnExit(); // after its files: the last one registered goes first
            try {
                for (String file : FILES) {
                    checkpoint.unpack(file);
                }
                return checkpoint;
            } catch (IOException | RuntimeException e) {
                checkpoint.close();
                throw e;
            }
        } catch (IOException e) {
            throw CheckpointException.of(
                    "The embedded model can't be unpacked: " + e + ".",
                    Path.of(System.getProperty("java.io.tmpdir")),
                    "make room there, or name another folder for temporary files: -Djava.io.tmpdir=FOLDER.",
                    e);
        }
    }

    private void unpack(String file) throws IOException {
        try (InputStream in = EmbeddedCheckpoint.class.getResourceAsStream("embedded/" + file)) {
            Check.state(in != null, "The embedded model's %s isn't in the jar.", file);
            Path target = folder.resolve(file);
            target.toFile().deleteOnExit();
            Files.copy(in, target);
        }
    }

    Path folder() {
        return folder;
    }

    /** Deletes the files; what is mapped of them stays valid. What a system refuses to delete goes when the JVM ends. */
    @Override
    public void close() {
        FILES.forEach(file -> folder.resolve(file).toFile().delete());
        folder.toFile().delete();
    }
}
