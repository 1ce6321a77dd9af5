package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vitrail.transformer.hub.HubException.Reason;
import io.vitrail.transformer.weights.Checkpoint;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads a cache that huggingface_hub itself has written; the README beside the recording tells how. */
class PythonsCacheTest extends HubFixture {
    private static final String SECOND = HubServer.commit(2);

    @BeforeEach
    void copyTheRecording() throws IOException, URISyntaxException {
        Path recorded = Path.of(PythonsCacheTest.class.getResource("/hub/cache").toURI());
        try (Stream<Path> paths = Files.walk(recorded)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                write(cache.resolve(recorded.relativize(path).toString()), Files.readAllBytes(path));
            }
        }
        for (String line : Files.readAllLines(cache.resolve("links.txt"))) {
            Path link = cache.resolve(line.replaceFirst(" -> .*", ""));
            Files.createDirectories(link.getParent());
            try {
                Files.createSymbolicLink(link, Path.of(line.replaceFirst(".* -> ", "")));
            } catch (FileSystemException | UnsupportedOperationException e) {
                assumeTrue(false, "this file system has no symbolic links");
            }
        }
    }

    private Hub offline() {
        return hub(settings -> settings.offline(true));
    }

    @ParameterizedTest
    @CsvSource({
        "acme/tiny-vit, 2, model.safetensors",
        "acme/tiny-vit@main, 2, model.safetensors",
        "acme/tiny-vit@v1, 1, pytorch_model.bin",
        "acme/tiny-vit@refs/pr/1, 3, model.safetensors",
        "acme/tiny-vit@0000000000000000000000000000000000000001, 1, pytorch_model.bin",
        "tiny, 1, pytorch_model.bin"
    })
    void findsWhatPythonDownloaded(String model, int commit, String weights) {
        Path folder = offline().snapshot(model, NeededFiles.VISION, DownloadListener.NONE);
        assertThat(folder.getFileName()).hasToString(HubServer.commit(commit));
        assertThat(folder.resolve(weights)).isRegularFile();
        assertThat(offline().cached(model, NeededFiles.VISION)).contains(folder);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void opensItAsACheckpoint() {
        Path folder = snapshot(offline());
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.config().get("model_type").asText()).isEqualTo("vit");
            assertThat(checkpoint.tensor("x").floats()).hasSize(300).startsWith(1f);
            assertThat(checkpoint.folder()).isEqualTo(folder);
        }
    }

    @Test
    void writesNothingOffline() {
        List<String> before = tree(cache);
        snapshot(offline());
        failure(offline(), "acme/broken");
        assertThat(tree(cache)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "acme/broken, 'Offline, and the cache has no model.safetensors or model.safetensors.index.json or"
                + " pytorch_model.bin or pytorch_model.bin.index.json or open_clip_model.safetensors or"
                + " open_clip_pytorch_model.bin of acme/broken.'",
        "acme/none, 'Offline, and the cache doesn''t know acme/none.'",
        "acme/tiny-vit@v9, 'Offline, and the cache doesn''t know acme/tiny-vit@v9.'"
    })
    void saysWhatIsMissingOffline(String model, String what) {
        HubException failure = failure(offline(), model);
        assertThat(failure.reason()).isEqualTo(Reason.NOT_CACHED);
        assertThat(failure)
                .hasMessageStartingWith(what + "\n  at:   " + cache.resolve("models--acme--"))
                .hasMessageContaining("once without HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE)");
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "zzz, 0", "'0000000000000000000000000000000000000002\n', 1"})
    void aDamagedRefIsNoCommit(String content, int found) {
        write(cache.resolve(FOLDER).resolve("refs/main"), HubServer.ascii(content));
        assertThat(offline().cached(MODEL, NeededFiles.VISION).stream()).hasSize(found);
    }

    @Test
    void goesOnWithWhatPythonHadBegun() throws IOException {
        server.revision("acme/broken", "main", HubServer.commit(3))
                .file("acme/broken", HubServer.commit(3), "config.json", "{\"model_type\": \"vit\"}\n")
                .file(
                        "acme/broken",
                        HubServer.commit(3),
                        "model.safetensors",
                        Files.readAllBytes(cache.resolve(FOLDER)
                                .resolve("snapshots")
                                .resolve(HubServer.commit(3))
                                .resolve("model.safetensors")),
                        true);
        Path folder = hub().snapshot("acme/broken", NeededFiles.VISION, DownloadListener.NONE);
        assertThat(folder.resolve("model.safetensors")).isSymbolicLink().hasSize(1274);
        assertThat(server.requests("storage GET")).hasSize(1).allSatisfy(request -> assertThat(request.header("Range"))
                .contains("bytes=200-"));
        assertThat(server.requests("hub GET")).hasSize(1);
    }

    @Test
    void asksOnlyForWhatPythonHadNoNeedOf() {
        server.revision(MODEL, "main", SECOND)
                .file(MODEL, SECOND, "config.json", "{\"model_type\": \"vit\"}\n")
                .file(MODEL, SECOND, "README.md", "card");
        Path folder = hub().snapshot(MODEL, NeededFiles.VISION.and(NeededFiles.CARD), DownloadListener.NONE);
        assertThat(folder.resolve("README.md")).hasContent("card");
        assertThat(server.requests())
                .extracting(HubServer.Request::toString)
                .containsExactly(
                        "HEAD /acme/tiny-vit/resolve/main/config.json",
                        "HEAD /acme/tiny-vit/resolve/" + SECOND + "/README.md",
                        "GET /acme/tiny-vit/resolve/" + SECOND + "/README.md");
    }

    @ParameterizedTest
    @CsvSource({"401, RepoNotFound", "403, GatedRepo", "503, ''", "404, ''"})
    void servesWhereTheHubDoesNot(int status, String code) {
        server.always("/acme/", Faults.status(status, "X-Error-Code", code));
        assertThat(snapshot(hub()).getFileName()).hasToString(SECOND);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void servesWithoutANetwork() {
        server.close();
        assertThat(snapshot(hub()).getFileName()).hasToString(SECOND);
        Path pinned = hub().snapshot(MODEL + "@" + SECOND, NeededFiles.VISION.and(NeededFiles.CARD), (f, d, t) -> {});
        assertThat(pinned.getFileName()).hasToString(SECOND);
    }

    @Test
    void aRevisionThatTheHubNoLongerHasIsAnError() {
        server.revision(MODEL, "main", SECOND);
        assertThat(failure(hub(), MODEL + "@v1").reason()).isEqualTo(Reason.REVISION_NOT_FOUND);
    }

    @Test
    void anIndexNeedsAllItsFiles() {
        Path folder = cache.resolve(FOLDER).resolve("snapshots").resolve(SECOND);
        write(folder.resolve("model.safetensors.index.json"), HubServer.ascii("{\"weight_map\": {\"x\": \"a.bin\"}}"));
        NeededFiles index = NeededFiles.oneOf("model.safetensors.index.json");
        assertThat(offline().cached(MODEL, index)).isEmpty();
        assertThat(failure(offline(), MODEL, index)).hasMessageContaining("the cache has no a.bin of acme/tiny-vit.");
        write(folder.resolve("a.bin"), new byte[1]);
        assertThat(offline().cached(MODEL, index)).contains(folder);
    }

    @Test
    void theFilesNeededAreListedInTheirOrder() {
        assertThat(NeededFiles.VISION_AND_TEXT.and(NeededFiles.VISION).needs())
                .isEqualTo(NeededFiles.VISION_AND_TEXT.needs());
        assertThat(Arrays.asList(NeededFiles.TEXT, NeededFiles.VISION))
                .allSatisfy(needed -> assertThat(needed.first()).isEqualTo("config.json"));
        assertThat(NeededFiles.VISION.needs().get(3).names()).startsWith("model.safetensors");
    }
}
