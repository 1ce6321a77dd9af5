package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class HubCacheTest extends HubFixture {
    private static final String SECOND = HubServer.commit(2);

    private Hub withoutLinks() {
        return new Hub(settings().build(), (link, target) -> {
            throw new UnsupportedOperationException();
        });
    }

    @Test
    void whereThereAreNoLinksNewContentsAreMovedAsPythonDoes() throws IOException {
        Path folder = snapshot(withoutLinks());
        assertThat(folder.resolve("model.safetensors")).isRegularFile().hasBinaryContent(WEIGHTS);
        assertThat(Files.isSymbolicLink(folder.resolve("model.safetensors"))).isFalse();
        assertThat(tree(blobs())).isEmpty();
        server.requests().clear();
        assertThat(snapshot(withoutLinks())).isEqualTo(folder);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void whereThereAreNoLinksOldContentsAreCopiedAsPythonDoes() {
        snapshot(hub());
        server.revision(MODEL, "main", SECOND)
                .file(MODEL, SECOND, "config.json", "{}")
                .file(MODEL, SECOND, "model.safetensors", WEIGHTS, true);
        Path folder = snapshot(withoutLinks());
        assertThat(Files.isSymbolicLink(folder.resolve("model.safetensors"))).isFalse();
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(weightsBlob()).hasBinaryContent(WEIGHTS);
        assertThat(cache.resolve(FOLDER)).isDirectoryNotContaining("glob:**/tmp_*");
    }

    @Test
    void aDiskThatIsTooSmallIsNoticedBefore() {
        long size = 1L << 59;
        server.next("hub HEAD", (exchange, content) -> {
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"abc\"");
            exchange.getResponseHeaders().set("X-Linked-Size", "" + size);
            exchange.sendResponseHeaders(200, -1);
        });
        HubException failure = failure(hub(), MODEL, NeededFiles.WEIGHTS);
        assertThat(failure.reason()).isEqualTo(Reason.DISK_FULL);
        assertThat(failure)
                .hasMessageStartingWith("The disk of the cache has ")
                .hasMessageContaining(String.format(Locale.ROOT, "the file needs %.1f MB.", size / 1e6))
                .hasMessageContaining("\n  at:   " + blobs())
                .hasMessageContaining("HF_HUB_CACHE");
        assertThat(server.requests("hub GET")).isEmpty();
        assertThat(tree(blobs())).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDiskThatFillsUpIsNamed() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full));
        Files.createDirectories(blobs());
        Files.createSymbolicLink(blobs().resolve(weightsBlob().getFileName() + ".vitrail.incomplete"), full);
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.DISK_FULL);
        assertThat(failure).hasMessageStartingWith("The disk of the cache is full.");
    }

    @Test
    void aCacheThatIsNoFolderIsNamed() {
        Path file = write(cache.resolve("file"), new byte[0]);
        HubException failure = failure(hub(settings -> settings.cache(file)));
        assertThat(failure.reason()).isEqualTo(Reason.CACHE);
        assertThat(failure)
                .hasMessageStartingWith("The cache can't be used: ")
                .hasMessageContaining("\n  at:   " + file)
                .hasMessageContaining("try:  HF_HUB_CACHE or HF_HOME with a folder that may be written");
    }

    @Test
    void aFolderWhereAFileShouldBeIsNamed() throws IOException {
        Files.createDirectories(weightsBlob().resolve("x"));
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.CACHE);
        assertThat(failure).hasMessageContaining("\n  at:   " + weightsBlob());
    }

    /** As a cache that others have filled. Here a file stands where a folder would be written to. */
    @Test
    void aCacheThatCanOnlyBeReadServes() throws IOException {
        Path folder = snapshot(hub());
        Path model = cache.resolve(FOLDER);
        Files.delete(model.resolve("refs/main"));
        Files.delete(model.resolve("refs"));
        write(model.resolve("refs"), new byte[0]);
        assertThat(snapshot(hub())).isEqualTo(folder);
        assertThat(model).isDirectoryNotContaining("glob:**/tmp_*");
    }

    @Test
    void whatCannotBeRememberedIsAskedAgain() throws IOException {
        Path noExist = cache.resolve(FOLDER).resolve(".no_exist");
        write(noExist, new byte[0]);
        snapshot(hub());
        Files.delete(noExist);
        server.requests().clear();
        snapshot(hub());
        assertThat(server.requests()).hasSize(2);
        assertThat(noExist.resolve(FIRST).resolve("processor_config.json")).isEmptyFile();
    }

    @Test
    void anUpdateThatBreaksOffLeavesTheFormerFilesInUse() throws IOException {
        Path former = snapshot(hub());
        server.revision(MODEL, "main", SECOND)
                .file(MODEL, SECOND, "config.json", "{}")
                .file(MODEL, SECOND, "model.safetensors", bytes(60_000, 9), true);
        for (int i = 0; i < 4; i++) {
            server.next("storage GET", Faults.status(503));
        }
        assertThat(snapshot(hub())).isEqualTo(former);
        assertThat(snapshot(hub(settings -> settings.offline(true)))).isEqualTo(former);
        assertThat(snapshot(hub()).getFileName()).hasToString(SECOND);
    }
}
