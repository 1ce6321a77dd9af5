package io.vitrail.transformer.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.hub.HubException.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubRefusalTest extends HubFixture {
    private HubException refused(int status, String... headers) {
        server.next("hub HEAD", Faults.status(status, headers));
        return failure(hub());
    }

    @Test
    void aModelThatIsNotThereOrPrivate() {
        HubException failure = failure(hub(), "acme/none");
        assertThat(failure.reason()).isEqualTo(Reason.REPOSITORY_NOT_FOUND);
        assertThat(failure)
                .hasMessage("There is no model acme/none on the hub, or it is private; no token was sent.\n  at:   "
                        + server.address() + "/acme/none/resolve/main/config.json\n  try:  the name as in the model's"
                        + " address; for a private one, HF_TOKEN with a token that may read it.");
        assertThat(failure(hub(settings -> settings.token("hf_x")), "acme/none"))
                .hasMessageStartingWith("There is no model acme/none on the hub, or it is private and the token that"
                        + " was sent may not read it.");
    }

    @Test
    void aRevisionThatIsNotThere() {
        HubException failure = failure(hub(), MODEL + "@v9");
        assertThat(failure.reason()).isEqualTo(Reason.REVISION_NOT_FOUND);
        assertThat(failure)
                .hasMessageStartingWith("acme/tiny-vit has no revision 'v9'.\n  at:   ")
                .hasMessageContaining(server.address() + "/acme/tiny-vit/commits");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aModelWhoseOwnerWantsToBeAsked(int status) {
        HubException failure = refused(status, "X-Error-Code", "GatedRepo");
        assertThat(failure.reason()).isEqualTo(Reason.ACCESS_DENIED);
        assertThat(failure)
                .hasMessageStartingWith("Only whom its owner lets may read acme/tiny-vit.")
                .hasMessageEndingWith("try:  log in at " + server.address() + "/acme/tiny-vit and accept the conditions"
                        + " there, then HF_TOKEN with a token of that account; none was sent.");
    }

    @Test
    void aTokenThatMayNotReadAModelWhoseOwnerWantsToBeAsked() {
        server.next("hub HEAD", Faults.status(403, "X-Error-Code", "GatedRepo"));
        assertThat(failure(hub(settings -> settings.token("hf_x"))))
                .hasMessageEndingWith("then HF_TOKEN (or the file that HF_TOKEN_PATH names) with a token of that"
                        + " account that may read it.");
    }

    @ParameterizedTest
    @CsvSource({
        "401, Invalid credentials in Authorization header, ACCESS_DENIED, The hub doesn't know the token",
        "401, Invalid username or password., REPOSITORY_NOT_FOUND, There is no model acme/tiny-vit on the hub",
        "403, Access to this resource is disabled., ACCESS_DENIED, The hub denies access to acme/tiny-vit ('Access to",
        "404, Not here, UNEXPECTED_ANSWER, The server answers with status 404 ('Not here')",
        "400, Bad, UNEXPECTED_ANSWER, The server answers with status 400",
        "304, '', UNEXPECTED_ANSWER, The server answers with status 304"
    })
    void otherRefusals(int status, String message, Reason reason, String start) {
        HubException failure = refused(status, "X-Error-Message", message);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure).hasMessageStartingWith(start);
    }

    @Test
    void aFileThatIsGoneWhenItIsFetched() {
        server.next("hub GET", Faults.status(404, "X-Error-Code", "EntryNotFound"));
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.FILE_NOT_FOUND);
        assertThat(failure).hasMessageStartingWith("The file is gone from acme/tiny-vit.");
    }

    @Test
    void aFileThatOnlyAProxyMissesIsNotRemembered() {
        server.next("hub HEAD", (exchange, content) -> Faults.send(exchange, content), Faults.status(404));
        assertThat(failure(hub()).reason()).isEqualTo(Reason.UNEXPECTED_ANSWER);
        assertThat(cache.resolve(FOLDER).resolve(".no_exist")).doesNotExist();
    }

    @Test
    void anAnswerWithoutTheHubsHeaders() {
        server.next("hub HEAD", (exchange, content) -> {
            exchange.getResponseHeaders().remove("X-Repo-Commit");
            Faults.send(exchange, content);
        });
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.UNEXPECTED_ANSWER);
        assertThat(failure)
                .hasMessageStartingWith("The server tells no commit (X-Repo-Commit), as no hub does.")
                .hasMessageContaining("HF_ENDPOINT");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "X-Repo-Commit, ../../x, tells no commit",
                "X-Repo-Commit, 0123, tells no commit",
                "ETag, -, tells no ETag",
                "ETag, '\"\"', tells no ETag",
                "ETag, '\"../../x\"', tells no ETag",
                "ETag, '\"..\"', tells no ETag",
                "ETag, '\"a/b\"', tells no ETag",
                "ETag, '\"a\\b\"', tells no ETag",
                "ETag, '\".hidden\"', tells no ETag",
                "Content-Length, -, doesn't tell the file's size",
                "X-Linked-Size, -5, doesn't tell the file's size",
                "X-Linked-Size, 99999999999999999999, doesn't tell the file's size",
                "Content-Encoding, gzip, doesn't tell the file's size"
            })
    void answersThatCannotBeUsed(String header, String value, String problem) {
        server.next("hub HEAD", (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", "\"abc\"");
            if (!header.equals("X-Linked-Size")) {
                exchange.getResponseHeaders().set("Content-Length", "20");
            }
            if (value == null) {
                exchange.getResponseHeaders().remove(header);
            } else {
                exchange.getResponseHeaders().set(header, value);
            }
            exchange.sendResponseHeaders(200, -1);
        });
        HubException failure = failure(hub());
        assertThat(failure.reason()).isEqualTo(Reason.UNEXPECTED_ANSWER);
        assertThat(failure).hasMessageContaining("The server " + problem);
        assertThat(tree(cache)).isEmpty();
    }

    @Test
    void anotherCommitThanWasAskedFor() {
        HubServer.Fault tagged = (exchange, content) -> {
            exchange.getResponseHeaders().set("ETag", "\"abc\"");
            Faults.send(exchange, content);
        };
        server.next("hub HEAD", tagged, (exchange, content) -> {
            exchange.getResponseHeaders().set("X-Repo-Commit", HubServer.commit(7));
            tagged.answer(exchange, content);
        });
        assertThat(failure(hub())).hasMessageStartingWith("The server answers with another commit");
    }

    @Test
    void aJsonFileThatIsFarTooLarge() {
        server.next("hub HEAD", (exchange, content) -> {
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"abc\"");
            exchange.getResponseHeaders().set("X-Linked-Size", "1000000000");
            exchange.sendResponseHeaders(200, -1);
        });
        assertThat(failure(hub())).hasMessageStartingWith("A JSON file of 1000000000 bytes is none of a model.");
        assertThat(server.requests("hub GET")).isEmpty();
    }

    @Test
    void strangersTextsCannotForgeMessages() {
        assertThat(refused(403, "X-Error-Message", "a\u009bb" + "c".repeat(500)))
                .hasMessageStartingWith("The hub denies access to acme/tiny-vit ('a?bccc")
                .hasMessageContaining("c…')");
    }

    @Test
    void namesAreCheckedBeforeAnythingIsAsked() {
        for (String name : List.of("../x", "a/b/c", "a/b@../../x")) {
            assertThatThrownBy(() -> hub().snapshot(name, NeededFiles.VISION, DownloadListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> hub().cached(name, NeededFiles.VISION))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(server.requests()).isEmpty();
    }
}
