package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vitrail.transformer.hub.HubException.Reason;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubRedirectTest extends HubFixture {
    @Test
    void theTokenGoesToTheHubAlone() {
        snapshot(hub(settings -> settings.token("hf_secret")));
        assertThat(server.requests("storage GET")).hasSize(1).allSatisfy(request -> assertThat(request.headers())
                .doesNotContainKey("Authorization"));
        assertThat(server.requests("hub HEAD")).allSatisfy(request -> assertThat(request.header("Authorization"))
                .contains("Bearer hf_secret"));
        assertThat(server.requests("hub GET")).hasSize(3).allSatisfy(request -> assertThat(
                        request.header("Authorization"))
                .contains("Bearer hf_secret"));
    }

    @Test
    void withoutATokenNoneIsSent() {
        snapshot(hub());
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.headers()).doesNotContainKey("Authorization"));
    }

    @Test
    void theTokenGoesNowhereElseEvenIfTheHubsFirstAnswerLeadsThere() {
        server.next("hub HEAD", Faults.redirect(server.storageAddress() + "/elsewhere"));
        assertThat(failure(hub(settings -> settings.token("hf_secret"))).reason())
                .isEqualTo(Reason.UNEXPECTED_ANSWER);
        assertThat(server.requests("storage HEAD")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://127.0.0.1/x",
                "jar:http://127.0.0.1!/x",
                "javascript:alert(1)",
                "http://user:password@127.0.0.1/x",
                "http:///x",
                "http://a b/"
            })
    void oddAddressesAreNotFollowed(String location) {
        server.next("hub HEAD", Faults.redirect(location));
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.UNEXPECTED_ANSWER);
        assertThat(failure).hasMessageStartingWith("The server redirects to '" + location.replaceFirst("\\?.*", ""));
        server.next("hub GET", Faults.redirect(location));
        assertThat(failure(hub())).hasMessageStartingWith("The server redirects to '");
    }

    @ParameterizedTest
    @CsvSource({
        "https://hf.example, /a/b, https://hf.example/a/b",
        "https://hf.example, //cdn.example/a?b=c, https://cdn.example/a?b=c",
        "https://hf.example, https://cdn.example/a, https://cdn.example/a",
        "https://hf.example, http://cdn.example/a, ",
        "https://hf.example, http://hf.example/a, ",
        "http://hf.example, http://cdn.example/a, http://cdn.example/a",
        "http://hf.example, https://cdn.example/a, https://cdn.example/a"
    })
    void encryptionIsNeverGivenUp(String hub, String location, String expected) {
        Endpoint endpoint = Endpoint.parse(hub);
        URI from = URI.create(hub + "/x/y");
        if (expected == null) {
            assertThat(catchThrowableOfType(HubException.class, () -> endpoint.redirect(from, location))
                            .reason())
                    .isEqualTo(Reason.UNEXPECTED_ANSWER);
        } else {
            assertThat(endpoint.redirect(from, location)).hasToString(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://hf.example, https://hf.example/a, true",
        "https://hf.example, https://HF.example:443/a, true",
        "https://hf.example/path, https://hf.example/a, true",
        "https://hf.example, http://hf.example/a, false",
        "https://hf.example, https://hf.example:444/a, false",
        "https://hf.example, https://cdn.hf.example/a, false",
        "http://hf.example:80, http://hf.example/a, true"
    })
    void knowsItsOwnAddresses(String hub, URI address, boolean own) {
        assertThat(Endpoint.parse(hub).owns(address)).isEqualTo(own);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub HEAD", "hub GET"})
    void redirectsInACircleEnd(String request) {
        for (int i = 0; i < 11; i++) {
            server.next(request, Faults.redirect("/acme/tiny-vit/resolve/main/config.json"));
        }
        assertThat(failure(hub())).hasMessageStartingWith("The server redirects more than 10 times, as no hub does.");
    }

    @Test
    void tenRedirectsAreFollowed() {
        for (int i = 0; i < 10; i++) {
            server.next("hub GET", Faults.redirect("/acme/tiny-vit/resolve/main/config.json"));
        }
        assertThat(snapshot(hub()).resolve("config.json")).isRegularFile();
    }

    @Test
    void whatTheFirstAnswerTellsNeedsNoSecond() {
        server.next("hub HEAD", (exchange, content) -> {
            String tag = HubServer.digest("SHA-1", HubServer.ascii("blob 21\0"), content);
            exchange.getResponseHeaders().set("X-Linked-Etag", '"' + tag + '"');
            exchange.getResponseHeaders().set("X-Linked-Size", "21");
            Faults.status(307, "Location", "/api/resolve-cache/models/acme/tiny-vit/config.json")
                    .answer(exchange, content);
        });
        hub().snapshot(MODEL, NeededFiles.CONFIG, DownloadListener.NONE);
        assertThat(server.requests("hub HEAD")).hasSize(1);
    }

    @Test
    void signaturesAreNotShown() {
        for (int i = 0; i < 4; i++) {
            server.next("storage GET", Faults.status(500));
        }
        assertThat(failure(hub())).hasMessageNotContaining("Signature");
        assertThat(Endpoint.shown(URI.create("https://a/b?Signature=x"))).isEqualTo("https://a/b");
    }

    @Test
    void theEndpointMayHaveAPath() {
        server.always("/mirror/", (exchange, content) -> Faults.status(
                        307, "Location", exchange.getRequestURI().getRawPath().substring("/mirror".length()))
                .answer(exchange, content));
        snapshot(hub(settings -> settings.endpoint(server.address() + "/mirror/")));
        assertThat(server.requests().get(0).path()).startsWith("/mirror/acme/tiny-vit/resolve/main/");
    }
}
