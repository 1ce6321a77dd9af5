package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hub with a certificate that nobody knows, as where a proxy of an organisation encrypts anew. */
class HubTlsTest extends HubFixture {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private KeyStore keys;
    private HttpsServer https;

    @BeforeEach
    void startEncrypted() throws IOException, GeneralSecurityException {
        char[] password = "loopback".toCharArray();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = HubTlsTest.class.getResourceAsStream("/hub/loopback.p12")) {
            keys.load(in, password);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        https = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(context));
        https.setExecutor(threads);
        https.createContext("/", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("X-Repo-Commit", FIRST);
                exchange.getResponseHeaders().set("ETag", "\"abc\"");
                Faults.send(exchange, HubServer.ascii("{}"));
            }
        });
        https.start();
    }

    @AfterEach
    void stopEncrypted() {
        https.stop(0);
        threads.shutdownNow();
    }

    private String address() {
        return "https://127.0.0.1:" + https.getAddress().getPort();
    }

    @Test
    @Timeout(60)
    void aCertificateThatIsNotTrustedIsNamedAtOnce() {
        Hub hub = hub(settings -> settings.endpoint(address()).retries(3, Duration.ofHours(1), Duration.ofHours(1)));
        HubException failure = failure(hub);
        assertThat(failure.reason()).isEqualTo(Reason.CERTIFICATE);
        assertThat(failure)
                .hasMessageStartingWith("The server's certificate isn't trusted: ")
                .hasMessageContaining("REQUESTS_CA_BUNDLE")
                .hasMessageContaining("-Djavax.net.ssl.trustStore");
    }

    @Test
    void aBundleOfCertificatesIsTrusted() throws GeneralSecurityException {
        Certificate certificate = keys.getCertificate(keys.aliases().nextElement());
        String pem = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        Path bundle = write(cache.resolve("ca.pem"), HubServer.ascii("# comment\n" + pem + pem));
        Path folder = hub(settings -> settings.endpoint(address()).certificates(bundle))
                .snapshot(MODEL, NeededFiles.CONFIG, DownloadListener.NONE);
        assertThat(folder.resolve("config.json")).hasContent("{}");
    }

    @Test
    void aBundleThatCannotBeReadIsNamed() {
        Path bundle = write(cache.resolve("ca.pem"), HubServer.ascii("-----BEGIN CERTIFICATE-----\nx"));
        HubException failure =
                failure(hub(settings -> settings.endpoint(address()).certificates(bundle)));
        assertThat(failure.reason()).isEqualTo(Reason.CERTIFICATE);
        assertThat(failure)
                .hasMessageStartingWith("The certificates to trust can't be read: ")
                .hasMessageContaining("\n  at:   " + bundle);
        assertThat(failure(hub(settings -> settings.certificates(cache.resolve("none.pem"))))
                        .reason())
                .isEqualTo(Reason.CERTIFICATE);
    }

    @Test
    void encryptionWhereThereIsNoneIsAnError() {
        Hub hub = hub(settings -> settings.endpoint(server.address().replace("http:", "https:"))
                .timeouts(Duration.ofMillis(500), Duration.ofMillis(500))
                .retries(0, Duration.ZERO, Duration.ZERO));
        assertThat(failure(hub).reason()).isEqualTo(Reason.UNREACHABLE);
    }
}
