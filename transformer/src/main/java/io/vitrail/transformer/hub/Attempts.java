package io.vitrail.transformer.hub;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How often something may still fail that may pass by itself; between failures it waits, longer each time. */
final class Attempts {
    private static final Logger LOGGER = LoggerFactory.getLogger(Attempts.class);
    private static final int LARGEST_FACTOR = 8;
    private static final String NETWORK_REMEDY = "again, with a network; a proxy is taken from HTTPS_PROXY or"
            + " -Dhttps.proxyHost, another hub from HF_ENDPOINT, longer patience from HF_HUB_ETAG_TIMEOUT and"
            + " HF_HUB_DOWNLOAD_TIMEOUT; with HF_HUB_OFFLINE=1 the cache has to do.";

    private final HubSettings settings;
    private final int retries;
    private int failures;
    private boolean hasWorked;

    Attempts(HubSettings settings, int retries) {
        this.settings = settings;
        this.retries = retries;
    }

    /** Something works again: failures count anew. */
    void succeeded() {
        failures = 0;
        hasWorked = true;
    }

    /**
     * Waits for the next attempt.
     *
     * @throws HubException if there is none, or the server asks for too long a pause
     */
    void failed(IOException failure, URI uri) {
        Optional<Duration> asked = failure instanceof TransferException e ? e.pause() : Optional.empty();
        boolean tooLong = asked.filter(pause -> pause.compareTo(settings.longestWait()) > 0)
                .isPresent();
        failures++;
        boolean noSuchHost = isUnknownHost(failure) && !hasWorked; // mid-way it may be a network that comes back
        if (isPermanent(failure) || noSuchHost || failures > retries || tooLong) {
            throw giveUp(failure, uri);
        }
        Duration pause = asked.orElseGet(this::backOff);
        LOGGER.warn(
                "{} failed ({}); attempt {} of {} in {} s.",
                Endpoint.shown(uri),
                describe(failure),
                failures,
                retries,
                pause.toMillis() / 1000.0);
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            throw HubException.interrupted(Endpoint.shown(uri), e);
        }
    }

    /** 1, 2, 4, 8, 8 … times the first pause, give or take a fifth, so that many clients don't come back together. */
    private Duration backOff() {
        double factor = Math.min(1L << Math.min(failures - 1, 16), LARGEST_FACTOR);
        double jitter = ThreadLocalRandom.current().nextDouble(0.8, 1.2);
        return Duration.ofNanos((long) (settings.firstWait().toNanos() * factor * jitter));
    }

    private static boolean isPermanent(IOException failure) {
        return causes(failure)
                .anyMatch(e -> e instanceof GeneralSecurityException || e instanceof SSLPeerUnverifiedException);
    }

    private static boolean isUnknownHost(IOException failure) {
        return causes(failure).anyMatch(UnresolvedAddressException.class::isInstance);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(20);
    }

    /** The innermost message: the outer ones are often the class's name alone. */
    private static String describe(IOException failure) {
        if (isUnknownHost(failure)) {
            return "no address is known for it";
        }
        return causes(failure)
                .map(e -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
                .reduce((outer, inner) -> inner)
                .orElseThrow()
                .lines()
                .findFirst()
                .orElse("");
    }

    private HubException giveUp(IOException failure, URI uri) {
        String where = Endpoint.shown(uri);
        String why = describe(failure);
        if (isPermanent(failure)) {
            return HubException.of(
                    Reason.CERTIFICATE,
                    "The server's certificate isn't trusted: " + why + ".",
                    where,
                    "where a proxy of your organisation encrypts anew, its certificate in a PEM file that"
                            + " REQUESTS_CA_BUNDLE names, or in Java's store (-Djavax.net.ssl.trustStore).",
                    failure);
        }
        if (failure instanceof TransferException e) {
            String remedy = e.reason() == Reason.DAMAGED
                    ? "again; if it goes on, another network: something on the way changes the content."
                    : "again later"
                            + e.pause()
                                    .map(pause -> ", in " + pause.toSeconds() + " s")
                                    .orElse("") + "; who has a token (HF_TOKEN) may ask more often.";
            return HubException.of(e.reason(), capital(why) + ".", where, remedy, failure);
        }
        return HubException.of(
                Reason.UNREACHABLE,
                uri.getHost() + " can't be reached: " + why + " (attempts: " + failures + ").",
                where,
                NETWORK_REMEDY,
                failure);
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + text.substring(1);
    }
}
