package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A small model on a hub of the loopback, and an empty cache. */
abstract class HubFixture {
    static final String MODEL = "acme/tiny-vit";
    static final String FOLDER = "models--acme--tiny-vit";
    static final String FIRST = HubServer.commit(1);
    static final byte[] WEIGHTS = bytes(50_000, 1);

    @TempDir
    Path cache;

    final HubServer server = new HubServer()
            .revision(MODEL, "main", FIRST)
            .file(MODEL, FIRST, "config.json", "{\"model_type\": \"vit\"}")
            .file(MODEL, FIRST, "preprocessor_config.json", "{}")
            .file(MODEL, FIRST, "README.md", "---\nlicense: mit\n---\n")
            .file(MODEL, FIRST, "model.safetensors", WEIGHTS, true);

    @AfterEach
    void stop() {
        server.close();
    }

    static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Impatient settings without anything from the environment. */
    HubSettings.Builder settings() {
        return new HubSettings.Builder(new Environment(Map.of(), cache.toString()))
                .cache(cache)
                .endpoint(server.address())
                .timeouts(Duration.ofSeconds(60), Duration.ofSeconds(60))
                .retries(3, Duration.ofMillis(1), Duration.ofSeconds(2));
    }

    Hub hub() {
        return Hub.with(settings().build());
    }

    Hub hub(UnaryOperator<HubSettings.Builder> change) {
        return Hub.with(change.apply(settings()).build());
    }

    Path snapshot(Hub hub) {
        return hub.snapshot(MODEL, NeededFiles.VISION, DownloadListener.NONE);
    }

    /** What goes wrong when the model is asked for. */
    HubException failure(Hub hub) {
        return failure(hub, MODEL);
    }

    static HubException failure(Hub hub, String model) {
        return failure(hub, model, NeededFiles.VISION);
    }

    static HubException failure(Hub hub, String model, NeededFiles needed) {
        HubException failure =
                catchThrowableOfType(HubException.class, () -> hub.snapshot(model, needed, DownloadListener.NONE));
        assertThat(failure).isNotNull();
        return failure;
    }

    Path blobs() {
        return cache.resolve(FOLDER).resolve("blobs");
    }

    Path weightsBlob() {
        return blobs().resolve(HubServer.digest("SHA-256", WEIGHTS));
    }

    /** All files, links and empty folders below a folder, by their relative names. */
    static List<String> tree(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> !Files.isDirectory(path))
                    .map(path -> folder.relativize(path).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
