package io.vitrail.transformer.hub;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.hub.HubException.Reason;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The hub's address: which addresses are its own, and where a redirect may lead. */
record Endpoint(URI uri) {
    Endpoint {
        Check.that(
                isWeb(uri) && uri.getRawQuery() == null && uri.getRawFragment() == null,
                "%s is no address of a hub.%n  try:  HF_ENDPOINT as in https://huggingface.co.",
                HubException.quote(uri.toString()));
    }

    /** Reads an address, with or without a slash at its end. */
    static Endpoint parse(String text) {
        try {
            return new Endpoint(new URI(text.strip().replaceFirst("/+$", "")));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "The address of the hub is malformed: " + e.getMessage() + "\n  try:  HF_ENDPOINT as in"
                            + " https://huggingface.co.",
                    e);
        }
    }

    private static boolean isWeb(URI uri) {
        boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
        return web && uri.getHost() != null && uri.getRawUserInfo() == null;
    }

    /** The address of a file. */
    URI of(ModelName model, String file) {
        String path = Stream.of(file.split("/")).map(Endpoint::encoded).collect(Collectors.joining("/"));
        return URI.create(uri + "/" + model.repository() + "/resolve/" + encoded(model.revision()) + "/" + path);
    }

    /** The page where people look at a model. */
    String page(ModelName model) {
        return uri + "/" + model.repository();
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Whether an address is on this very server, so that it may see the token. */
    boolean owns(URI other) {
        return uri.getScheme().equalsIgnoreCase(other.getScheme())
                && uri.getHost().equalsIgnoreCase(other.getHost())
                && port(uri) == port(other);
    }

    private static int port(URI uri) {
        int standard = "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
        return uri.getPort() < 0 ? standard : uri.getPort();
    }

    /**
     * Where a redirect leads.
     *
     * @throws HubException if that is no web address, or one without encryption while the endpoint's has it
     */
    URI redirect(URI from, String location) {
        URI target;
        try {
            target = from.resolve(new URI(location.strip()));
        } catch (URISyntaxException e) {
            throw refusal(from, location);
        }
        boolean encrypted = "https".equalsIgnoreCase(target.getScheme());
        if (!isWeb(target) || !encrypted && !"http".equalsIgnoreCase(uri.getScheme())) {
            throw refusal(from, location);
        }
        return target;
    }

    private static HubException refusal(URI from, String location) {
        return HubException.of(
                Reason.UNEXPECTED_ANSWER,
                "The server redirects to " + HubException.quote(location.replaceFirst("\\?.*", ""))
                        + ", which is no address to follow.",
                shown(from),
                "HF_ENDPOINT with the address of a hub; https where the hub has it.");
    }

    /** An address as it may be shown: what stands behind the question mark is often a signature. */
    static String shown(URI uri) {
        return uri.toString().replaceFirst("\\?.*", "");
    }
}
