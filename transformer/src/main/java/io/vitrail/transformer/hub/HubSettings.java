package io.vitrail.transformer.hub;

import io.vitrail.transformer.Check;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where models come from and where they are kept.
 *
 * @param cache the folder of all models, that of Python's huggingface_hub
 * @param endpoint the hub; {@code http} only for one that is reached without encryption
 * @param token the user's access token; sent to the endpoint alone, and never shown
 * @param offline whether the cache has to do
 * @param metadataTimeout how long an answer may be awaited
 * @param downloadTimeout how long a download may stand still
 * @param retries how often a request is repeated that failed by no fault of its own
 * @param firstWait the pause before the first repetition; the next are longer
 * @param longestWait the longest pause that a server may ask for
 * @param proxies the proxy for an address
 * @param certificates a file of PEM certificates to trust instead of those that Java trusts
 */
public record HubSettings(
        Path cache,
        URI endpoint,
        Optional<String> token,
        boolean offline,
        Duration metadataTimeout,
        Duration downloadTimeout,
        int retries,
        Duration firstWait,
        Duration longestWait,
        ProxySelector proxies,
        Optional<Path> certificates) {
    public HubSettings {
        endpoint = new Endpoint(endpoint).uri();
        Check.that(
                token.isEmpty() || token.get().matches("[!-~]+"),
                "The access token holds characters that none has.%n"
                        + "  try:  HF_TOKEN, or the file that HF_TOKEN_PATH names, with the token alone.");
        Check.that(metadataTimeout.toMillis() > 0 && downloadTimeout.toMillis() > 0, "A timeout must be positive.");
        Check.that(retries >= 0, "The retries must be 0 or more, not %d.", retries);
        Objects.requireNonNull(proxies);
    }

    /** What the environment says, as huggingface_hub reads it. */
    public static HubSettings fromEnvironment() {
        return builder().build();
    }

    /** A builder that begins with what the environment says. */
    public static Builder builder() {
        return new Builder(Environment.ofProcess());
    }

    /** Everything but the token. */
    @Override
    public String toString() {
        return "HubSettings[cache=" + cache + ", endpoint=" + endpoint + ", token="
                + (token.isPresent() ? "set" : "none") + ", offline=" + offline + ", timeouts=" + metadataTimeout + " "
                + downloadTimeout + ", retries=" + retries + "]";
    }

    /** Changes what the environment says. */
    public static final class Builder {
        private static final int SECONDS = 10;
        private static final int RETRIES = 5;

        private Path cache;
        private URI endpoint;
        private Optional<String> token;
        private boolean offline;
        private Duration metadataTimeout;
        private Duration downloadTimeout;
        private int retries = RETRIES;
        private Duration firstWait = Duration.ofSeconds(1);
        private Duration longestWait = Duration.ofMinutes(2);
        private ProxySelector proxies;
        private Optional<Path> certificates;

        Builder(Environment environment) {
            cache = environment.cache();
            endpoint = Endpoint.parse(environment.get("HF_ENDPOINT").orElse("https://huggingface.co"))
                    .uri();
            token = environment.token();
            offline = environment.flag("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE");
            metadataTimeout = environment.seconds("HF_HUB_ETAG_TIMEOUT", SECONDS);
            downloadTimeout = environment.seconds("HF_HUB_DOWNLOAD_TIMEOUT", SECONDS);
            proxies = new EnvironmentProxies(environment);
            certificates = environment
                    .get("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
                    .filter(file -> System.getProperty("javax.net.ssl.trustStore") == null)
                    .map(Path::of);
        }

        /** The folder of all models. */
        public Builder cache(Path folder) {
            cache = folder.toAbsolutePath().normalize();
            return this;
        }

        /** The hub's address, such as that of a mirror. */
        public Builder endpoint(String address) {
            endpoint = Endpoint.parse(address).uri();
            return this;
        }

        /** The access token; the empty text for none. */
        public Builder token(String text) {
            token = Optional.of(text.strip()).filter(given -> !given.isEmpty());
            return this;
        }

        /** Whether the cache has to do. */
        public Builder offline(boolean without) {
            offline = without;
            return this;
        }

        /** How long an answer may be awaited, and how long a download may stand still. */
        public Builder timeouts(Duration metadata, Duration download) {
            metadataTimeout = metadata;
            downloadTimeout = download;
            return this;
        }

        /** How often to repeat what failed, the first pause, and the longest that a server may ask for. */
        public Builder retries(int times, Duration first, Duration longest) {
            retries = times;
            firstWait = first;
            longestWait = longest;
            return this;
        }

        /** The proxy for an address; of type HTTP, or none. */
        public Builder proxies(ProxySelector selector) {
            proxies = selector;
            return this;
        }

        /** A file of PEM certificates to trust instead of those that Java trusts. */
        public Builder certificates(Path file) {
            certificates = Optional.of(file);
            return this;
        }

        public HubSettings build() {
            return new HubSettings(
                    cache,
                    endpoint,
                    token,
                    offline,
                    metadataTimeout,
                    downloadTimeout,
                    retries,
                    firstWait,
                    longestWait,
                    proxies,
                    certificates);
        }
    }
}
