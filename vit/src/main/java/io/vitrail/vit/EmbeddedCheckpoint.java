package io.vitrail.vit;

import io.vitrail.transformer.Check;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The small model that this project trained, as files: a checkpoint in the Hugging Face layout. It lies in the jar, and
 * weights are mapped from files, so it is unpacked for as long as it is being loaded.
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
            throw new UncheckedIOException(
                    "The embedded model can't be unpacked into the folder for temporary files.", e);
        }
    }

    private void unpack(String file) throws IOException {
        try (InputStream in = EmbeddedCheckpoint.class.getResourceAsStream("embedded/" + file)) {
            Check.state(in != null, "The embedded model's %s isn't in the jar.", file);
            Files.copy(in, folder.resolve(file));
        }
    }

    Path folder() {
        return folder;
    }

    /** Deletes the files; what is mapped of them stays valid. A system that refuses now deletes them when the JVM ends. */
    @Override
    public void close() {
        FILES.stream().map(folder::resolve).forEach(EmbeddedCheckpoint::delete);
        delete(folder);
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            path.toFile().deleteOnExit();
        }
    }
}
