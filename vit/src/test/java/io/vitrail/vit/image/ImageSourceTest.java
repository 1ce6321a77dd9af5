package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Downloads come from a server on this machine. */
class ImageSourceTest {
    private static final Path FILE = Golden.resource("goldens/decode_image/files/photo.png");

    private HttpServer server;
    private byte[] file;

    @BeforeEach
    void start() throws IOException {
        file = Files.readAllBytes(FILE);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/photo.png", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(file);
            exchange.close();
        });
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", "/photo.png");
            exchange.sendResponseHeaders(308, -1);
            exchange.close();
        });
        server.createContext("/round", exchange -> {
            exchange.getResponseHeaders().set("Location", "/round");
            exchange.sendResponseHeaders(308, -1);
            exchange.close();
        });
        server.createContext("/drip", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 40; i++) {
                exchange.getResponseBody().write(i);
                exchange.getResponseBody().flush();
                sleep();
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void downloadsArePictures() {
        assertThat(Image.fromUri(address("/photo.png"))).isEqualTo(Image.fromFile(FILE));
    }

    @Test
    void redirectionsAreFollowedButNotForEver() {
        assertThat(Image.fromUri(address("/moved"))).isEqualTo(Image.fromFile(FILE));
        assertThatThrownBy(() -> Image.fromUri(address("/round")))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The server answers with status 308.");
    }

    @Test
    void dataAddressesArePictures() {
        URI data = URI.create("data:image/png;base64," + Base64.getEncoder().encodeToString(file));
        assertThat(Image.fromUri(data)).isEqualTo(Image.fromFile(FILE));
    }

    @Test
    void aServersRefusalIsToldOf() {
        assertThatThrownBy(() -> Image.fromUri(address("/missing")))
                .isInstanceOf(ImageException.class)
                .hasMessage("The server answers with status 404.\n  file: " + address("/missing")
                        + "\n  try:  check the address.");
    }

    @Test
    void downloadsBeyondTheLimitStop() {
        ImageSource careful = new ImageSource(new ImageLimits(file.length - 1, 1000), 5000);
        assertThatThrownBy(() -> careful.read(address("/photo.png")))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The file has more than ");
    }

    @Test
    void aServerThatDripsIsLeft() {
        ImageSource hasty = new ImageSource(ImageLimits.DEFAULT, 250);
        assertThatThrownBy(() -> hasty.read(address("/drip")))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture can't be read: it takes longer than 1 s");
    }

    @Test
    void otherAddressesAreRefused() {
        assertThatThrownBy(() -> Image.fromUri(URI.create("ftp://host/picture.png")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The address ftp://host/picture.png can't be read; supported are file:, http:, https: and "
                        + "data:.");
        assertThatThrownBy(() -> Image.fromUri(URI.create("data:,hello")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A data: address must hold base64: data:image/png;base64,…");
    }

    @Test
    void aStreamThatFailsIsToldOf() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("unplugged");
            }
        };
        assertThatThrownBy(() -> Image.fromStream(broken))
                .isInstanceOf(ImageException.class)
                .hasMessage("The picture can't be read: unplugged\n  file: stream\n  try:  check that it is there and "
                        + "readable.");
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private static void sleep() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
