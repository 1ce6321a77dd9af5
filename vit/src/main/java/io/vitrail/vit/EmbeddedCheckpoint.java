package io.vitrail.vit;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small model that this project trained, as files: a checkpoint in the Hugging Face layout. It lies in a jar, and
 * weights are mapped from files, so it is unpacked for as long as it is being loaded. A program that is stopped meanwhile
 * leaves nothing behind either.
 */
public final class EmbeddedCheckpoint implements AutoCloseable {
    /** Those of the classifier, in the order in which they are unpacked. */
    static final List<String> FILES = List.of("config.json", "preprocessor_config.json", "model.safetensors");

    /** The classifier's weights, for a model that shares its backbone. */
    public static final Resource BACKBONE = new Resource(EmbeddedCheckpoint.class, "model.safetensors");

    /** A file of a jar: it lies in the folder {@code embedded} beside a class. */
    public record Resource(Class<?> beside, String name) {}

    private final Path folder;
    private final List<String> files;

    private EmbeddedCheckpoint(Path folder, List<String> files) {
        this.folder = folder;
        this.files = files;
    }

    /** The classifier. */
    public static EmbeddedCheckpoint unpack() {
        Map<String, Resource> resources = new LinkedHashMap<>();
        FILES.forEach(file -> resources.put(file, new Resource(EmbeddedCheckpoint.class, file)));
        return unpack(resources);
    }

    /** @param resources by the names that the files get, in the order in which they are unpacked */
    public static EmbeddedCheckpoint unpack(Map<String, Resource> resources) {
        try {
            EmbeddedCheckpoint checkpoint = new EmbeddedCheckpoint(
                    Files.createTempDirectory("vitrail-embedded-"), List.copyOf(resources.keySet()));
            checkpoint.folder.toFile().deleteOnExit(); // after its files: the last one registered goes first
            try {
                for (Map.Entry<String, Resource> resource : resources.entrySet()) {
                    checkpoint.unpack(resource.getKey(), resource.getValue());
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

    private void unpack(String file, Resource resource) throws IOException {
        try (InputStream in = resource.beside.getResourceAsStream("embedded/" + resource.name)) {
            Check.state(in != null, "The embedded model's %s isn't in the jar.", resource.name);
            Path target = folder.resolve(file);
            target.toFile().deleteOnExit();
            Files.copy(in, target);
        }
    }

    public Path folder() {
        return folder;
    }

    /** Deletes the files; what is mapped of them stays valid. What a system refuses to delete goes when the JVM ends. */
    @Override
    public void close() {
        files.forEach(file -> folder.resolve(file).toFile().delete());
        folder.toFile().delete();
    }
}
