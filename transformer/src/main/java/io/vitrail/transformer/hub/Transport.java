package io.vitrail.transformer.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends single requests: no redirect is followed, nothing repeated. The token goes to the hub's own addresses only.
 * The connections are made when they are first needed, so that a full cache costs no start of the network.
 */
final class Transport {
    private static final String VERSION = Optional.ofNullable(
                    Transport.class.getPackage().getImplementationVersion())
            .orElse("0");
    private static final String AGENT =
            "vitrail/" + VERSION + "; java/" + Runtime.version().feature();

    private final HubSettings settings;
    private final Endpoint endpoint;
    private HttpClient client;

    Transport(HubSettings settings) {
        this.settings = settings;
        this.endpoint = new Endpoint(settings.endpoint());
    }

    /**
     * @param method HEAD or GET
     * @throws IOException if there is no answer, or not in time
     */
    Answer send(String method, URI uri, Map<String, String> headers, Duration patience) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .setHeader("User-Agent", AGENT)
                .setHeader("Accept-Encoding", "identity");
        headers.forEach(request::setHeader);
        if (endpoint.owns(uri)) {
            settings.token().ifPresent(token -> request.setHeader("Authorization", "Bearer " + token));
        }
        if (settings.proxies() instanceof EnvironmentProxies proxies) {
            proxies.authorization(uri).ifPresent(user -> request.setHeader("Proxy-Authorization", user));
        }
        return new Answer(await(client().sendAsync(request.build(), header -> new Body()), uri, patience));
    }

    private static <T> T await(CompletableFuture<T> future, URI uri, Duration patience) throws IOException {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no answer within " + patience.toMillis() / 1000.0 + " s");
        } catch (InterruptedException e) {
            throw HubException.interrupted(Endpoint.shown(uri), e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } finally {
            future.cancel(true);
        }
    }

    /** HTTP/1.1: one large file after the other gains nothing by HTTP/2, and all proxies know it. */
    private synchronized HttpClient client() {
        if (client == null) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(settings.metadataTimeout())
                    .proxy(settings.proxies());
            settings.certificates().map(CertificateBundle::trusting).ifPresent(builder::sslContext);
            client = builder.build();
        }
        return client;
    }
}
