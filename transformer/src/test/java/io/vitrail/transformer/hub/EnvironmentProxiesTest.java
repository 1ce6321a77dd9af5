package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The choices were compared with requests.utils.get_environ_proxies of requests 2.34.2. */
class EnvironmentProxiesTest extends HubFixture {
    @ParameterizedTest
    @CsvSource({
        "p:1, https://hf.example, HTTPS_PROXY=http://p:1, ''",
        "p:1, https://hf.example, https_proxy=p:1, HTTPS_PROXY=http://q:2",
        "none, https://hf.example, https_proxy=, HTTPS_PROXY=http://q:2",
        "none, https://hf.example, HTTP_PROXY=http://p:1, ''",
        "p:1, http://hf.example, HTTP_PROXY=http://p:1, ''",
        "p:80, https://hf.example, HTTPS_PROXY=http://p/, ''",
        "p:1, https://hf.example, ALL_PROXY=http://p:1, ''",
        "q:2, https://hf.example, ALL_PROXY=http://p:1, HTTPS_PROXY=http://q:2",
        "p:1, http://hf.example, http_proxy=http://p:1, REQUEST_METHOD=GET",
        "none, http://hf.example, HTTP_PROXY=http://p:1, REQUEST_METHOD=GET",
        "none, https://hf.example, '', ''"
    })
    void choosesTheProxyAsPythonDoes(String expected, URI uri, String first, String second) {
        assertThat(chosen(uri, first, second)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "none, https://hf.example, *",
        "none, https://hf.example, 'a.b, hf.example'",
        "none, https://hf.example, .example",
        "none, https://a.hf.example, hf.example",
        "none, https://HF.example, hf.EXAMPLE",
        "none, https://hf.example:8443, hf.example:8443",
        "none, https://10.1.2.3, 10.0.0.0/8",
        "none, https://10.1.2.3, 10.1.2.3",
        "p:1, https://10.1.2.3, 10.1.2.0/32",
        "p:1, https://11.1.2.3, 10.0.0.0/8",
        "p:1, https://nothf.example, hf.example",
        "p:1, https://hf.example:8443, hf.example:443",
        "p:1, https://hf.example, ','"
    })
    void leavesOutWhatNoProxyNames(String expected, URI uri, String hosts) {
        assertThat(chosen(uri, "HTTPS_PROXY=http://p:1", "NO_PROXY=" + hosts)).isEqualTo(expected);
    }

    @Test
    void whatIsSetForJavaCountsMore() {
        System.setProperty("https.proxyHost", "java.example");
        System.setProperty("https.proxyPort", "3");
        try {
            URI uri = URI.create("https://hf.example");
            assertThat(chosen(uri, "HTTPS_PROXY=http://user:secret@p:1", "")).isEqualTo("java.example:3");
            assertThat(proxies("HTTPS_PROXY=http://user:secret@p:1").authorization(uri))
                    .isEmpty();
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://p:1", "https://p:1", "http://", "http://a b"})
    void refusesProxiesThatJavaCannotUse(String proxy) {
        assertThatThrownBy(() -> chosen(URI.create("https://hf.example"), "HTTPS_PROXY=" + proxy, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://host:port")
                .hasMessageNotContaining("p:1");
    }

    @Test
    void asksTheProxyWithItsUserAndPassword() {
        String address = "http://user:pass@127.0.0.1:" + server.port();
        Hub hub = hub(settings -> settings.endpoint("http://hub.invalid").proxies(proxies("HTTP_PROXY=" + address)));
        Path folder = hub.snapshot(MODEL, NeededFiles.CONFIG, DownloadListener.NONE);
        assertThat(folder.resolve("config.json")).isRegularFile();
        assertThat(server.requests()).isNotEmpty().allSatisfy(request -> {
            assertThat(request.header("Host")).contains("hub.invalid");
            assertThat(request.header("Proxy-authorization")).contains("Basic dXNlcjpwYXNz");
        });
    }

    @Test
    void saysWhatAProxyNeedsThatRefuses() {
        server.always("/", Faults.status(407, "Proxy-Authenticate", "Basic realm=\"x\""));
        Hub hub = hub(settings -> settings.endpoint("http://hub.invalid")
                .proxies(proxies("HTTP_PROXY=http://127.0.0.1:" + server.port())));
        assertThat(failure(hub))
                .hasMessageStartingWith("The proxy asks for a user and a password.")
                .hasMessageContaining("HTTPS_PROXY=http://user:password@host:port");
    }

    private static String chosen(URI uri, String first, String second) {
        Proxy proxy = proxies(first, second).select(uri).get(0);
        InetSocketAddress address = (InetSocketAddress) proxy.address();
        return proxy.type() == Proxy.Type.DIRECT ? "none" : address.getHostString() + ":" + address.getPort();
    }

    private static EnvironmentProxies proxies(String... variables) {
        Map<String, String> map = new HashMap<>();
        for (String variable : variables) {
            if (!variable.isEmpty()) {
                map.put(variable.replaceFirst("=.*", ""), variable.replaceFirst("[^=]*=", ""));
            }
        }
        return new EnvironmentProxies(new Environment(map, "/h"));
    }
}
