package io.vitrail.transformer.hub;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Says what an answer means that isn't the file. The hub tells more in X-Error-Code than in the status. */
record Refusal(ModelName model, Endpoint endpoint, boolean token) {
    /** Whether the hub says that it has the revision, and in it no such file. */
    static boolean isMissingFile(Answer answer) {
        return answer.status() == 404 && code(answer).equals("EntryNotFound");
    }

    private static String code(Answer answer) {
        return answer.header("X-Error-Code").orElse("");
    }

    /** Storage elsewhere is asked by an address that expires; the hub gives a new one at the next attempt. */
    private boolean mayPass(Answer answer) {
        return switch (answer.status()) {
            case 408, 429 -> true;
            default -> answer.status() >= 500 || !endpoint.owns(answer.uri());
        };
    }

    /**
     * What to throw.
     *
     * @throws IOException if another attempt may succeed
     */
    HubException of(Answer answer) throws IOException {
        int status = answer.status();
        if (mayPass(answer)) {
            throw new TransferException(
                    Reason.SERVER_ERROR, "the server answers with status " + status, retryAfter(answer));
        }
        return switch (code(answer)) {
            case "RevisionNotFound" ->
                refusal(
                        Reason.REVISION_NOT_FOUND,
                        model.repository() + " has no revision '" + model.revision() + "'.",
                        answer,
                        "a branch, tag or commit that is listed at " + endpoint.page(model) + "/commits.");
            case "EntryNotFound" ->
                refusal(Reason.FILE_NOT_FOUND, "The file is gone from " + model + ".", answer, "another revision.");
            case "GatedRepo" -> denied("Only whom its owner lets may read " + model.repository() + ".", answer);
            case "RepoNotFound" -> notFound(answer);
            default -> ofStatus(answer);
        };
    }

    private HubException ofStatus(Answer answer) {
        return switch (answer.status()) {
            case 401 -> unauthorized(answer);
            case 403 -> denied("The hub denies access to " + model + said(answer) + ".", answer);
            case 407 ->
                refusal(
                        Reason.UNREACHABLE,
                        "The proxy asks for a user and a password.",
                        answer,
                        "HTTPS_PROXY=http://user:password@host:port; for https pages also"
                                + " -Djdk.http.auth.tunneling.disabledSchemes= since Java refuses to send passwords.");
            default ->
                refusal(
                        Reason.UNEXPECTED_ANSWER,
                        "The server answers with status " + answer.status() + said(answer) + ", as no hub does.",
                        answer,
                        "HF_ENDPOINT with the address of a hub; a proxy or a login page may stand between.");
        };
    }

    /** The hub answers so for what doesn't exist, too. */
    private HubException unauthorized(Answer answer) {
        boolean wrongToken = answer.header("X-Error-Message").orElse("").startsWith("Invalid credentials");
        return wrongToken ? denied("The hub doesn't know the token that was sent.", answer) : notFound(answer);
    }

    private HubException notFound(Answer answer) {
        return refusal(
                Reason.REPOSITORY_NOT_FOUND,
                "There is no model " + model.repository() + " on the hub, or it is private"
                        + (token ? " and the token that was sent may not read it." : "; no token was sent."),
                answer,
                "the name as in the model's address; for a private one, HF_TOKEN with a token that may read it.");
    }

    private HubException denied(String what, Answer answer) {
        String sent = token
                ? "HF_TOKEN (or the file that HF_TOKEN_PATH names) with a token of that account that may read it."
                : "HF_TOKEN with a token of that account; none was sent.";
        return refusal(
                Reason.ACCESS_DENIED,
                what,
                answer,
                "log in at " + endpoint.page(model) + " and accept the conditions there, then " + sent);
    }

    private static String said(Answer answer) {
        return answer.header("X-Error-Message")
                .map(text -> " (" + HubException.quote(text) + ")")
                .orElse("");
    }

    private static HubException refusal(Reason reason, String what, Answer answer, String remedy) {
        return HubException.of(reason, what, Endpoint.shown(answer.uri()), remedy);
    }

    /** Both forms of Retry-After: seconds, and a date. */
    private static Optional<Duration> retryAfter(Answer answer) {
        if (answer.number("Retry-After").isPresent()) {
            return Optional.of(Duration.ofSeconds(answer.number("Retry-After").getAsLong()));
        }
        try {
            return answer.header("Retry-After")
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME))
                    .map(date -> Duration.between(Instant.now(), date))
                    .map(pause -> pause.isNegative() ? Duration.ZERO : pause);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
