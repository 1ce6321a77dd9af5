package io.vitrail.transformer.hub;

import io.vitrail.transformer.Check;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Proxies as Python's requests takes them from the environment: {@code https_proxy}, {@code http_proxy}, {@code
 * all_proxy} and {@code no_proxy}, in small letters or else in capitals. What is set for this Java process, such as
 * {@code -Dhttps.proxyHost}, counts more.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final int DEFAULT_PORT = 80;

    private final Environment environment;

    EnvironmentProxies(Environment environment) {
        this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
        List<Proxy> ofJava = ofJava(uri);
        if (isSetForJava(uri) || ofJava.stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT)) {
            return ofJava;
        }
        return proxy(uri)
                .map(proxy -> List.of(new Proxy(Proxy.Type.HTTP, address(proxy))))
                .orElse(List.of(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // the request fails, and says so
    }

    /** What a proxy wants to know that names a user and a password; the header's value. */
    Optional<String> authorization(URI uri) {
        return ofJava(uri).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT)
                ? Optional.empty()
                : proxy(uri).map(URI::getUserInfo).map(EnvironmentProxies::basic);
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Proxy> ofJava(URI uri) {
        ProxySelector ofJava = ProxySelector.getDefault();
        return ofJava == null || ofJava instanceof EnvironmentProxies ? List.of(Proxy.NO_PROXY) : ofJava.select(uri);
    }

    private static boolean isSetForJava(URI uri) {
        return System.getProperty(uri.getScheme() + ".proxyHost") != null;
    }

    private Optional<URI> proxy(URI uri) {
        if (bypasses(uri)) {
            return Optional.empty();
        }
        return variable(uri.getScheme().toLowerCase(Locale.ROOT) + "_proxy")
                .or(() -> variable("all_proxy"))
                .map(EnvironmentProxies::parse);
    }

    /** Of a CGI script, capitals are ignored: HTTP_PROXY there is a header that its client has sent. */
    private Optional<String> variable(String name) {
        String capitals = name.toUpperCase(Locale.ROOT);
        boolean forged = name.equals("http_proxy") && environment.variables().containsKey("REQUEST_METHOD");
        if (environment.variables().containsKey(name) || forged) {
            return environment.get(name);
        }
        return environment.get(capitals);
    }

    private static URI parse(String text) {
        try {
            URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
            Check.that("http".equalsIgnoreCase(proxy.getScheme()) && proxy.getHost() != null, "no http proxy");
            return proxy;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names can't be used: it must be"
                            + " http://host:port or http://user:password@host:port.\n  try:  the http address of the"
                            + " proxy (https pages go through it, too), or -Dhttps.proxyHost and -Dhttps.proxyPort.");
        }
    }

    private static InetSocketAddress address(URI proxy) {
        return new InetSocketAddress(proxy.getHost(), proxy.getPort() < 0 ? DEFAULT_PORT : proxy.getPort());
    }

    private boolean bypasses(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        String hosts = variable("no_proxy").orElse("");
        return Stream.of(hosts.replace(" ", "").toLowerCase(Locale.ROOT).split(","))
                .filter(entry -> !entry.isEmpty())
                .anyMatch(entry -> entry.equals("*") || covers(entry, host, host + ":" + uri.getPort()));
    }

    private static boolean covers(String entry, String host, String hostAndPort) {
        String domain = entry.replaceFirst("^\\.+", "");
        boolean named =
                Stream.of(host, hostAndPort).anyMatch(name -> name.equals(domain) || name.endsWith("." + domain));
        return named || isInNetwork(host, entry);
    }

    /** Whether an IPv4 address lies in a network such as 10.0.0.0/8. */
    private static boolean isInNetwork(String host, String network) {
        String number = "(?:\\d{1,3}\\.){3}\\d{1,3}";
        if (!host.matches(number) || !network.matches(number + "/\\d{1,2}")) {
            return false;
        }
        String[] parts = network.split("/");
        int bits = Math.min(Integer.parseInt(parts[1]), Integer.SIZE);
        long mask = bits == 0 ? 0 : -1L << (Integer.SIZE - bits);
        return ((ipv4(host) ^ ipv4(parts[0])) & mask) == 0;
    }

    private static long ipv4(String address) {
        long value = 0;
        for (String part : address.split("\\.")) {
            value = value << 8 | Integer.parseInt(part);
        }
        return value;
    }
}
