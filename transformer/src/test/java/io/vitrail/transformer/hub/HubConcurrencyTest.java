package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vitrail.transformer.weights.JsonFile;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

@Timeout(120)
class HubConcurrencyTest extends HubFixture {
    /** What {@link WriteCache} needs, wherever the tests' runner took it from. */
    private static final String CLASS_PATH = Stream.of(
                    WriteCache.class,
                    Hub.class,
                    JsonFile.class,
                    JsonMapper.class,
                    JsonFactory.class,
                    JsonInclude.class,
                    Logger.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
            .map(location -> Path.of(URI.create(location.toString())).toString())
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void threadsOfOneHubDownloadEachFileOnce() throws Exception {
        Hub hub = hub();
        allGet(8, () -> snapshot(hub));
        assertThat(server.requests("hub GET")).hasSize(3);
        assertThat(server.requests("storage GET")).hasSize(1);
    }

    @Test
    void threadsOfSeveralHubsDownloadEachFileOnce() throws Exception {
        allGet(6, () -> snapshot(hub()));
        assertThat(server.requests("storage GET")).hasSize(1);
    }

    @Test
    void severalModelsAtOnce() throws Exception {
        List<Callable<Path>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String model = "acme/model" + i;
            String commit = HubServer.commit(10 + i);
            server.revision(model, "main", commit)
                    .file(model, commit, "config.json", "{}")
                    .file(model, commit, "model.safetensors", bytes(20_000 + i, i), true);
            calls.add(() -> hub().snapshot(model, NeededFiles.VISION, DownloadListener.NONE));
        }
        List<Future<Path>> folders = threads.invokeAll(calls);
        for (int i = 0; i < 4; i++) {
            assertThat(folders.get(i).get().resolve("model.safetensors")).hasBinaryContent(bytes(20_000 + i, i));
        }
    }

    @Test
    void processesDownloadEachFileOnce() throws Exception {
        server.next("storage GET", Faults.slowly(20, 25));
        List<Callable<Path>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            calls.add(this::process);
        }
        for (Future<Path> folder : threads.invokeAll(calls)) {
            assertThat(folder.get().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        }
        assertThat(server.requests("hub HEAD")).hasSizeGreaterThan(5);
        assertThat(server.requests("storage GET")).hasSize(1);
        assertThat(server.requests("hub GET")).hasSize(4);
    }

    private Path process() throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        java.toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-cp",
                        CLASS_PATH,
                        WriteCache.class.getName(),
                        server.address(),
                        cache.toString(),
                        MODEL)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return Path.of(out.strip());
    }

    /** As of another process, or of this library in another class loader. */
    @Test
    void waitsForWhoeverHoldsTheLock() throws Exception {
        String tag = weightsBlob().getFileName().toString();
        Path file = write(cache.resolve(".locks").resolve(FOLDER).resolve(tag + ".lock"), new byte[0]);
        Future<Path> folder;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            FileLock lock = channel.lock();
            folder = threads.submit(() -> snapshot(hub()));
            while (server.requests("hub HEAD").size() < 4) {
                Thread.sleep(5);
            }
            Thread.sleep(200);
            assertThat(server.requests("storage GET")).isEmpty();
            assertThat(folder).isNotDone();
            write(weightsBlob(), WEIGHTS);
            lock.release();
        }
        assertThat(folder.get(60, TimeUnit.SECONDS).resolve("model.safetensors"))
                .hasBinaryContent(WEIGHTS);
        assertThat(server.requests("storage GET")).isEmpty();
    }

    private void allGet(int count, Callable<Path> call) throws InterruptedException, ExecutionException {
        List<Callable<Path>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(call);
        }
        for (Future<Path> folder : threads.invokeAll(calls)) {
            assertThat(folder.get().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
            assertThat(folder.get().resolve("config.json")).hasContent("{\"model_type\": \"vit\"}");
        }
    }
}
