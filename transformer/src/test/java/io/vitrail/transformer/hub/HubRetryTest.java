package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.hub.HubException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HubRetryTest extends HubFixture {
    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void asksAgainWhatMayPass(int status) {
        server.next("hub HEAD", Faults.status(status), Faults.status(status))
                .next("hub GET", Faults.status(status))
                .next("storage GET", Faults.status(status), Faults.status(status));
        assertThat(snapshot(hub()).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404})
    void storageThatRefusesIsAskedByANewAddress(int status) {
        server.next("storage GET", Faults.status(status));
        assertThat(snapshot(hub()).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void givesUpAfterSoManyRetries() {
        for (int i = 0; i < 4; i++) {
            server.next("hub HEAD", Faults.status(503));
        }
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.SERVER_ERROR);
        assertThat(failure)
                .hasMessageStartingWith("The server answers with status 503.\n  at:   " + server.address()
                        + "/acme/tiny-vit/resolve/main/config.json\n  try:  again later");
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        server.next("hub HEAD", Faults.status(429, "Retry-After", "1"));
        long start = System.nanoTime();
        snapshot(hub());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void waitsUntilTheDateThatTheServerGives() {
        server.next(
                "hub HEAD", Faults.status(503, "Retry-After", date(1)), Faults.status(503, "Retry-After", date(-9)));
        Hub hub = hub(settings -> settings.retries(3, Duration.ofHours(1), Duration.ofSeconds(2)));
        assertThat(snapshot(hub)).isDirectory();
    }

    @Test
    void doesNotWaitForEver() {
        server.next("hub HEAD", Faults.status(429, "Retry-After", "86400"));
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.SERVER_ERROR);
        assertThat(failure).hasMessageContaining("try:  again later, in 86400 s; who has a token");
        server.next("hub HEAD", Faults.status(429, "Retry-After", date(600)));
        assertThat(failure(hub())).hasMessageContaining("again later, in 5");
    }

    @Test
    void aPauseThatCannotBeReadIsNone() {
        server.next("hub HEAD", Faults.status(429, "Retry-After", "soon"), Faults.status(429, "Retry-After", "-1"));
        assertThat(snapshot(hub())).isDirectory();
    }

    private static String date(int seconds) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(seconds));
    }

    @Test
    void noAnswerInTimeIsAnError() {
        Hub hub = hub(settings -> impatient(settings, 0));
        server.next("hub HEAD", Faults.silent(20_000));
        HubException failure = failure(hub);
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure)
                .hasMessageStartingWith("127.0.0.1 can't be reached: no answer within 0.5 s (attempts: 1).")
                .hasMessageContaining("HTTPS_PROXY")
                .hasMessageContaining("HF_ENDPOINT")
                .hasMessageContaining("HF_HUB_OFFLINE=1");
    }

    @Test
    void aDownloadThatStandsStillIsAnError() {
        Hub hub = hub(settings -> settings.timeouts(Duration.ofMinutes(1), Duration.ofMillis(500))
                .retries(0, Duration.ZERO, Duration.ZERO));
        server.next("storage GET", Faults.stalled(20_000));
        assertThat(failure(hub)).hasMessageStartingWith("127.0.0.1 can't be reached: nothing was received for 0.5 s");
    }

    @Test
    void aDownloadThatHardlyMovesIsAnError() {
        Hub hub = hub(settings -> settings.timeouts(Duration.ofMinutes(1), Duration.ofMillis(300))
                .retries(0, Duration.ZERO, Duration.ZERO));
        server.next("storage GET", Faults.trickle(20));
        assertThat(failure(hub)).hasMessageStartingWith("127.0.0.1 can't be reached: hardly anything was received for");
    }

    @Test
    void whatWasReceivedMakesUpForFailures() {
        byte[] large = bytes(6 << 20, 5);
        server.file(MODEL, FIRST, "model.safetensors", large, true);
        for (int i = 0; i < 5; i++) {
            server.next("storage GET", Faults.cutAfter(1_100_000));
        }
        Hub hub = hub(settings -> settings.retries(1, Duration.ofMillis(1), Duration.ofSeconds(1)));
        assertThat(snapshot(hub).resolve("model.safetensors")).hasBinaryContent(large);
    }

    @Test
    void aServerThatCutsEveryAnswerIsGivenUp() {
        for (int i = 0; i < 4; i++) {
            server.next("storage GET", Faults.cutAfter(1));
        }
        assertThat(failure(hub()).reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(server.requests("storage GET")).hasSize(4);
    }

    @Test
    void noServerIsAnError() {
        server.close();
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure).hasMessageContaining("(attempts: 4)");
    }

    @Test
    void anUnknownHostIsAnErrorAtOnce() {
        Duration hour = Duration.ofHours(1);
        Hub hub = hub(settings -> settings.endpoint("http://hub.invalid").retries(3, hour, hour));
        HubException failure = failure(hub);
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure)
                .hasMessageStartingWith("hub.invalid can't be reached: no address is known for it (attempts: 1).");
    }

    @Test
    void anInterruptEndsTheDownloadAndKeepsItsPart() throws InterruptedException {
        server.next("storage GET", Faults.stalled(60_000));
        Path part = blobs().resolve(weightsBlob().getFileName() + ".vitrail.incomplete");
        AtomicReference<HubException> failure = new AtomicReference<>();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread thread = new Thread(() -> {
            failure.set(failure(hub()));
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        while (part.toFile().length() < WEIGHTS.length / 2) {
            Thread.sleep(5);
        }
        thread.interrupt();
        thread.join();
        assertThat(failure.get().reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(interrupted).isTrue();
        assertThat(snapshot(hub()).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(server.requests("storage GET").get(1).header("Range")).contains("bytes=25000-");
    }

    @Test
    void anInterruptEndsAPause() throws InterruptedException {
        server.next("hub HEAD", Faults.status(503));
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Hub hub = hub(settings -> settings.retries(3, Duration.ofMinutes(5), Duration.ofMinutes(5)));
        Thread thread = new Thread(() -> failure.set(failure(hub)));
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING
                || server.requests().isEmpty()) {
            Thread.sleep(10);
        }
        thread.interrupt();
        thread.join();
        assertThat(failure.get()).hasMessageStartingWith("The thread was interrupted.");
    }

    private static HubSettings.Builder impatient(HubSettings.Builder settings, int retries) {
        return settings.timeouts(Duration.ofMillis(500), Duration.ofMillis(500))
                .retries(retries, Duration.ZERO, Duration.ZERO);
    }
}
