package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubResumeTest extends HubFixture {
    private static final int THERE = 20_000;

    private Path partial() {
        return blobs().resolve(weightsBlob().getFileName() + ".vitrail.incomplete");
    }

    private Path pythonsPartial() {
        return blobs().resolve(weightsBlob().getFileName() + ".incomplete");
    }

    private List<Optional<String>> ranges() {
        return server.requests("storage GET").stream()
                .map(request -> request.header("Range"))
                .toList();
    }

    private void hasTheWeights(Path folder) {
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(partial()).doesNotExist();
    }

    @Test
    void goesOnWhereTheConnectionWasCut() {
        server.next("storage GET", Faults.cutAfter(THERE), Faults.cutAfter(10_000));
        hasTheWeights(snapshot(hub()));
        assertThat(ranges())
                .containsExactly(Optional.empty(), Optional.of("bytes=20000-"), Optional.of("bytes=30000-"));
        assertThat(server.requests("storage GET").get(1).header("If-range"))
                .contains("\"storage-" + weightsBlob().getFileName().toString().substring(0, 8) + "\"");
    }

    @Test
    void asksTheHubAnewForTheStoragesAddress() {
        server.next("storage GET", Faults.cutAfter(THERE));
        snapshot(hub());
        assertThat(server.requests("hub GET"))
                .filteredOn(request -> request.path().endsWith("model.safetensors"))
                .hasSize(2);
    }

    @Test
    void beginsAgainIfTheContentIsAnotherNow() {
        server.next("storage GET", Faults.cutAfter(THERE), (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", "\"changed\"");
            Faults.send(exchange, content);
        });
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).hasSize(2);
    }

    @Test
    void goesOnWithWhatAnEarlierProcessLeft() {
        write(partial(), Arrays.copyOf(WEIGHTS, THERE));
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).containsExactly(Optional.of("bytes=20000-"));
    }

    @Test
    void goesOnWithWhatPythonLeftAndDoesNotTouchIt() {
        write(pythonsPartial(), Arrays.copyOf(WEIGHTS, THERE));
        write(partial(), Arrays.copyOf(WEIGHTS, 100));
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).containsExactly(Optional.of("bytes=20000-"));
        assertThat(pythonsPartial()).hasBinaryContent(Arrays.copyOf(WEIGHTS, THERE));
    }

    @Test
    void needsNoDownloadIfAllIsThere() {
        write(partial(), WEIGHTS);
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {50_001, 60_000})
    void whatIsTooLongIsNoPart(int length) {
        write(partial(), new byte[length]);
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).containsExactly(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(ints = {THERE, 50_000})
    void beginsAgainIfThePartWasWrong(int length) {
        write(partial(), new byte[length]);
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).endsWith(Optional.empty());
    }

    @Test
    void takesAllFromAServerThatKnowsNoRanges() {
        write(partial(), Arrays.copyOf(WEIGHTS, THERE));
        server.next("storage GET", Faults.ignoringRange());
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).containsExactly(Optional.of("bytes=20000-"));
    }

    @Test
    void beginsAgainIfTheServerHasNoSuchRest() {
        write(partial(), Arrays.copyOf(WEIGHTS, THERE));
        server.next("storage GET", Faults.status(416, "Content-Range", "bytes */50000"));
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).containsExactly(Optional.of("bytes=20000-"), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes 0-49999/50000", "bytes 20000-49998/50000", "bytes 20000-49999/50001", "", "x"})
    void beginsAgainIfTheServerSendsAnotherPart(String range) {
        write(partial(), Arrays.copyOf(WEIGHTS, THERE));
        server.next("storage GET", Faults.status(206, "Content-Range", range));
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).containsExactly(Optional.of("bytes=20000-"), Optional.empty());
    }

    @Test
    void aWrongContentGetsASecondChance() {
        server.next("storage GET", Faults.wrongContent());
        hasTheWeights(snapshot(hub()));
        assertThat(ranges()).hasSize(2);
    }

    @Test
    void aWrongContentNeverEntersTheCache() {
        server.next("storage GET", Faults.wrongContent(), Faults.wrongContent());
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.DAMAGED);
        assertThat(failure)
                .hasMessageStartingWith("The checksum of what was downloaded is not "
                        + weightsBlob().getFileName());
        assertThat(weightsBlob()).doesNotExist();
        assertThat(partial()).doesNotExist();
    }

    @Test
    void smallFilesAreCheckedByGitsSum() {
        server.next("hub GET", Faults.wrongContent(), Faults.wrongContent());
        assertThat(failure(hub()).reason()).isEqualTo(Reason.DAMAGED);
    }

    @Test
    void tagsThatAreNoSumsAreTakenAsNames() throws IOException {
        server.next("hub HEAD", (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", "W/\"mirror-5\"");
            Faults.send(exchange, content);
        });
        hub().snapshot(MODEL, NeededFiles.CONFIG, DownloadListener.NONE);
        assertThat(Files.readString(blobs().resolve("mirror-5"))).isEqualTo("{\"model_type\": \"vit\"}");
    }

    @ParameterizedTest
    @ValueSource(ints = {49_999, 50_001, 5})
    void aWrongLengthIsAnError(int length) {
        server.next("storage GET", Faults.wrongLength(length), Faults.wrongLength(length));
        HubException failure =
                failure(hub(settings -> settings.retries(1, Duration.ofMillis(1), Duration.ofSeconds(1))));
        assertThat(failure.reason()).isEqualTo(Reason.DAMAGED);
        assertThat(failure).hasMessageStartingWith("The server sends " + length + " bytes where 50000 are missing.");
    }

    @Test
    void aWrongLengthThatWasNotToldIsAnError() {
        server.next("storage GET", Faults.chunked(60_000), Faults.chunked(60_000));
        Hub hub = hub(settings -> settings.retries(1, Duration.ofMillis(1), Duration.ofSeconds(1)));
        assertThat(failure(hub)).hasMessageStartingWith("The server sends more than the file has.");
        server.next("storage GET", Faults.chunked(40_000));
        hasTheWeights(snapshot(hub));
        assertThat(ranges()).endsWith(Optional.empty(), Optional.of("bytes=40000-"));
    }

    @Test
    void packedContentIsAnError() {
        server.next("storage GET", (exchange, content) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            Faults.send(exchange, content);
        });
        hasTheWeights(snapshot(hub()));
        assertThat(server.requests("storage GET").get(0).header("Accept-encoding"))
                .contains("identity");
        assertThat(ranges()).hasSize(2);
    }

    @Test
    void aContentOfAnotherLengthInTheCacheIsReplaced() {
        write(weightsBlob(), new byte[7]);
        hasTheWeights(snapshot(hub()));
    }

    @Test
    void aLinkWithoutItsContentIsMadeGood() throws IOException {
        Path folder = snapshot(hub());
        Files.delete(weightsBlob());
        hasTheWeights(hub().snapshot(MODEL + "@" + FIRST, NeededFiles.VISION, DownloadListener.NONE));
        assertThat(folder.resolve("model.safetensors")).isSymbolicLink();
    }
}
