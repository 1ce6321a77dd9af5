package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.hub.HubException.Reason;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubSnapshotTest extends HubFixture {
    private static final String SECOND = HubServer.commit(2);
    private static final String CONFIG_TAG =
            HubServer.digest("SHA-1", HubServer.ascii("blob 21\0{\"model_type\": \"vit\"}"));
    private static final String WEIGHTS_TAG = HubServer.digest("SHA-256", WEIGHTS);

    @Test
    void laysOutTheCacheAsPythonDoes() throws IOException {
        Path folder = snapshot(hub());
        String empty = HubServer.digest("SHA-1", HubServer.ascii("blob 2\0{}"));
        assertThat(folder).isEqualTo(cache.resolve(FOLDER).resolve("snapshots").resolve(FIRST));
        assertThat(tree(cache))
                .containsExactlyInAnyOrder(
                        ".locks/" + FOLDER + "/" + CONFIG_TAG + ".lock",
                        ".locks/" + FOLDER + "/" + empty + ".lock",
                        ".locks/" + FOLDER + "/" + WEIGHTS_TAG + ".lock",
                        FOLDER + "/.no_exist/" + FIRST + "/processor_config.json",
                        FOLDER + "/blobs/" + CONFIG_TAG,
                        FOLDER + "/blobs/" + empty,
                        FOLDER + "/blobs/" + WEIGHTS_TAG,
                        FOLDER + "/refs/main",
                        FOLDER + "/snapshots/" + FIRST + "/config.json",
                        FOLDER + "/snapshots/" + FIRST + "/model.safetensors",
                        FOLDER + "/snapshots/" + FIRST + "/preprocessor_config.json");
        assertThat(Files.readString(cache.resolve(FOLDER).resolve("refs/main"))).isEqualTo(FIRST);
        assertThat(Files.readSymbolicLink(folder.resolve("config.json"))).hasToString("../../blobs/" + CONFIG_TAG);
        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(WEIGHTS);
    }

    @Test
    void asksForNothingElse() {
        snapshot(hub());
        String main = "/acme/tiny-vit/resolve/main/";
        String commit = "/acme/tiny-vit/resolve/" + FIRST + "/";
        assertThat(server.requests())
                .extracting(HubServer.Request::toString)
                .containsExactly(
                        "HEAD " + main + "config.json",
                        "GET " + commit + "config.json",
                        "HEAD " + commit + "preprocessor_config.json",
                        "GET " + commit + "preprocessor_config.json",
                        "HEAD " + commit + "processor_config.json",
                        "HEAD " + commit + "model.safetensors",
                        "GET " + commit + "model.safetensors",
                        "GET /" + WEIGHTS_TAG);
    }

    @Test
    void asksOnceWhetherABranchHasMovedOn() {
        snapshot(hub());
        server.requests().clear();
        snapshot(hub());
        assertThat(server.requests())
                .extracting(HubServer.Request::toString)
                .containsExactly("HEAD /acme/tiny-vit/resolve/main/config.json");
    }

    @Test
    void fetchesOnlyWhatIsNewWhenABranchHasMovedOn() throws IOException {
        snapshot(hub());
        server.revision(MODEL, "main", SECOND)
                .file(MODEL, SECOND, "config.json", "{}")
                .file(MODEL, SECOND, "model.safetensors", WEIGHTS, true);
        server.requests().clear();
        Path folder = snapshot(hub());
        assertThat(folder.getFileName()).hasToString(SECOND);
        assertThat(server.requests("hub GET")).isEmpty();
        assertThat(Files.readSymbolicLink(folder.resolve("model.safetensors")))
                .hasToString("../../blobs/" + WEIGHTS_TAG);
        assertThat(Files.readString(cache.resolve(FOLDER).resolve("refs/main"))).isEqualTo(SECOND);
        assertThat(cache.resolve(FOLDER).resolve("snapshots").resolve(FIRST).resolve("config.json"))
                .exists();
    }

    @Test
    void aCommitThatIsThereNeedsNoNetwork() {
        snapshot(hub());
        server.requests().clear();
        Path folder = hub().snapshot(MODEL + "@" + FIRST, NeededFiles.VISION, DownloadListener.NONE);
        assertThat(folder.getFileName()).hasToString(FIRST);
        assertThat(server.requests()).isEmpty();
        assertThat(tree(cache.resolve(FOLDER).resolve("refs"))).containsExactly("main");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1.0", "feature/larger", "refs/pr/7"})
    void knowsBranchesTagsAndPullRequests(String revision) throws IOException {
        server.revision(MODEL, revision, FIRST);
        hub().snapshot(MODEL + "@" + revision, NeededFiles.CONFIG, DownloadListener.NONE);
        assertThat(server.requests().get(0))
                .hasToString("HEAD /acme/tiny-vit/resolve/" + revision.replace("/", "%2F") + "/config.json");
        assertThat(Files.readString(cache.resolve(FOLDER).resolve("refs").resolve(revision)))
                .isEqualTo(FIRST);
    }

    @Test
    void followsARenamedModelUnderItsOldName() {
        server.always("/tiny-vit/", (exchange, content) -> Faults.status(
                        307, "Location", "/acme" + exchange.getRequestURI().getRawPath())
                .answer(exchange, content));
        Path folder = hub().snapshot("tiny-vit", NeededFiles.VISION, DownloadListener.NONE);
        assertThat(folder).isEqualTo(cache.resolve("models--tiny-vit/snapshots").resolve(FIRST));
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void takesOpenClipsWeightsWithTheirConfigWhereThereAreNoOthers() {
        server.revision("acme/clip", "main", SECOND)
                .file("acme/clip", SECOND, "README.md", "")
                .file("acme/clip", SECOND, "open_clip_config.json", "{}")
                .file("acme/clip", SECOND, "open_clip_model.safetensors", WEIGHTS, true);
        Path folder = hub().snapshot("acme/clip", NeededFiles.VISION, DownloadListener.NONE);
        assertThat(tree(folder)).containsExactly("open_clip_config.json", "open_clip_model.safetensors");
        server.revision("acme/both", "main", FIRST)
                .file("acme/both", FIRST, "config.json", "{}")
                .file("acme/both", FIRST, "open_clip_config.json", "{}")
                .file("acme/both", FIRST, "open_clip_pytorch_model.bin", WEIGHTS, true);
        assertThat(tree(hub().snapshot("acme/both", NeededFiles.VISION, DownloadListener.NONE)))
                .containsExactly("config.json", "open_clip_config.json", "open_clip_pytorch_model.bin");
    }

    @Test
    void takesThePickleWhereThereAreNoSafetensors() {
        server.revision("acme/old", "main", SECOND)
                .file("acme/old", SECOND, "config.json", "{}")
                .file("acme/old", SECOND, "pytorch_model.bin", WEIGHTS, true);
        Path folder = hub().snapshot("acme/old", NeededFiles.VISION, DownloadListener.NONE);
        assertThat(tree(folder)).containsExactly("config.json", "pytorch_model.bin");
        assertThat(tree(cache.resolve("models--acme--old/.no_exist").resolve(SECOND)))
                .containsExactly(
                        "model.safetensors",
                        "model.safetensors.index.json",
                        "preprocessor_config.json",
                        "processor_config.json");
    }

    @Test
    void anIndexBringsItsFiles() {
        sharded("{\"weight_map\": {\"a\": \"m-1.bin\", \"b\": \"m-2.bin\", \"c\": \"m-1.bin\"}}");
        Path folder = hub().snapshot("acme/large", NeededFiles.WEIGHTS, DownloadListener.NONE);
        assertThat(tree(folder)).containsExactly("m-1.bin", "m-2.bin", "model.safetensors.index.json");
    }

    @Test
    void anIndexMayNotPromiseWhatTheModelLacks() {
        sharded("{\"weight_map\": {\"a\": \"m-3.bin\"}}");
        assertThatThrownBy(() -> hub().snapshot("acme/large", NeededFiles.WEIGHTS, DownloadListener.NONE))
                .isInstanceOf(HubException.class)
                .hasMessageStartingWith("The model acme/large has no m-3.bin.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../m.bin", "/etc/m.bin", "a/m.bin", "C:m.bin", "a\\\\m.bin", "", "passwd", "m\\u0000.bin"})
    void anIndexCannotLeadElsewhere(String file) {
        sharded("{\"weight_map\": {\"a\": \"" + file + "\"}}");
        assertThatThrownBy(() -> hub().snapshot("acme/large", NeededFiles.WEIGHTS, DownloadListener.NONE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("which is no plain name of a weights file.");
    }

    private void sharded(String index) {
        server.revision("acme/large", "main", SECOND)
                .file("acme/large", SECOND, "model.safetensors.index.json", index)
                .file("acme/large", SECOND, "m-1.bin", bytes(100, 1), true)
                .file("acme/large", SECOND, "m-2.bin", bytes(200, 2), true);
    }

    @Test
    void namesARequiredFileThatIsMissingBeforeTheWeightsAreFetched() {
        server.revision("acme/bare", "main", SECOND).file("acme/bare", SECOND, "model.safetensors", WEIGHTS, true);
        HubException failure = failure(hub(), "acme/bare");
        assertThat(failure.reason()).isEqualTo(Reason.FILE_NOT_FOUND);
        assertThat(failure)
                .hasMessageStartingWith("The model acme/bare has no config.json or open_clip_config.json.\n  at:   "
                        + server.address() + "/acme/bare/tree/" + SECOND + "\n  try:  ");
        assertThat(server.requests("storage GET")).isEmpty();
    }

    @Test
    void filesMayLieInFoldersOfTheModel() throws IOException {
        server.file(MODEL, FIRST, "onnx/sub dir/köln.bin", "x");
        Path folder = hub().snapshot(MODEL, NeededFiles.oneOf("onnx/sub dir/köln.bin"), DownloadListener.NONE);
        assertThat(server.requests().get(0).path()).endsWith("/onnx/sub%20dir/k%C3%B6ln.bin");
        assertThat(folder.resolve("onnx/sub dir/köln.bin")).hasContent("x");
        assertThat(Files.readSymbolicLink(folder.resolve("onnx/sub dir/köln.bin"))
                        .toString())
                .startsWith("../../../../blobs/");
    }

    @Test
    void anEmptyFileIsAFile() {
        server.file(MODEL, FIRST, "empty.txt", "");
        Path folder = hub().snapshot(MODEL, NeededFiles.oneOf("empty.txt"), DownloadListener.NONE);
        assertThat(folder.resolve("empty.txt")).isEmptyFile();
    }

    @Test
    void tellsHowFarItIs() {
        byte[] large = bytes(3_000_000, 3);
        server.file(MODEL, FIRST, "model.safetensors", large, true);
        List<Long> done = new ArrayList<>();
        hub().snapshot(MODEL, NeededFiles.WEIGHTS, (file, bytes, total) -> {
            assertThat(file).isEqualTo("model.safetensors");
            assertThat(total).isEqualTo(large.length);
            done.add(bytes);
        });
        assertThat(done).isSorted().hasSizeBetween(3, 14).startsWith(0L).endsWith((long) large.length);
    }

    @Test
    void whatTheListenerThrowsEndsTheDownload() {
        assertThatThrownBy(() -> hub().snapshot(MODEL, NeededFiles.WEIGHTS, (file, done, total) -> {
                    throw new IllegalStateException("enough");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("enough");
        assertThat(snapshot(hub()).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }
}
