package io.vitrail.transformer.hub;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A model on the hub, at one revision. The first file that is asked for tells the revision's commit; the others are
 * asked for by it, so that all are of one commit even if the branch moves on meanwhile.
 */
final class RemoteModel {
    private static final int MOST_REDIRECTS = 10;
    private static final Pattern TAG = Pattern.compile("[0-9A-Za-z_+=-][0-9A-Za-z._+=-]{0,199}");

    private final ModelName model;
    private final HubSettings settings;
    private final Endpoint endpoint;
    private final Transport transport;
    private final int retries;
    private final Map<String, Optional<RemoteFile>> described = new HashMap<>();

    /**
     * @param retries how often to ask again where there is no answer
     */
    RemoteModel(ModelName model, HubSettings settings, Transport transport, int retries) {
        this.model = model;
        this.settings = settings;
        this.endpoint = new Endpoint(settings.endpoint());
        this.transport = transport;
        this.retries = retries;
    }

    /**
     * The commit that the revision is now.
     *
     * @param file any file's name
     */
    String commit(String file) {
        Header header = header(model, file);
        String commit = header.commit()
                .filter(ModelName::isCommit)
                .orElseThrow(() -> unexpected("tells no commit (X-Repo-Commit)", endpoint.of(model, file)));
        described.put(file, describe(header, file, commit));
        return commit;
    }

    /** What a commit has under that name; nothing if the hub says that it has no such file. */
    Optional<RemoteFile> describe(String file, String commit) {
        return described.computeIfAbsent(file, name -> describe(header(model.at(commit), name), name, commit));
    }

    private Optional<RemoteFile> describe(Header header, String file, String commit) {
        if (header.missing()) {
            return Optional.empty();
        }
        URI uri = endpoint.of(model.at(commit), file);
        boolean same = header.commit().filter(other -> !other.equals(commit)).isEmpty();
        if (!same) {
            throw unexpected("answers with another commit than it was asked for", uri);
        }
        String tag = header.tag()
                .filter(text -> TAG.matcher(text).matches())
                .orElseThrow(() -> unexpected("tells no ETag that could name the content", uri));
        long size = header.size().orElseThrow(() -> unexpected("doesn't tell the file's size", uri));
        return Optional.of(new RemoteFile(file, commit, tag, size));
    }

    /** What the hub tells about a file in the headers of its answers, of the redirects among them too. */
    private record Header(boolean missing, Optional<String> commit, Optional<String> tag, OptionalLong size) {
        private static final Header NONE = new Header(false, Optional.empty(), Optional.empty(), OptionalLong.empty());

        /** That of a later answer counts only for what wasn't told yet. */
        Header and(Answer answer, boolean last) {
            OptionalLong linked = answer.number("X-Linked-Size");
            return new Header(
                    Refusal.isMissingFile(answer),
                    commit.or(() -> answer.header("X-Repo-Commit")),
                    tag.or(() -> answer.header("X-Linked-Etag"))
                            .or(() -> last ? answer.header("ETag") : Optional.empty())
                            .map(Header::bare),
                    size.isPresent() ? size : linked.isPresent() || !last ? linked : answer.length());
        }

        private static String bare(String tag) {
            return tag.replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
        }

        boolean isComplete() {
            return commit.isPresent() && tag.isPresent() && size.isPresent();
        }
    }

    private Header header(ModelName at, String file) {
        URI uri = endpoint.of(at, file);
        Attempts attempts = new Attempts(settings, retries);
        while (true) {
            try {
                return header(uri);
            } catch (IOException e) {
                attempts.failed(e, uri);
            }
        }
    }

    /** Follows redirects on the hub, as of a model that was renamed; one that leads to other storage ends it. */
    private Header header(URI first) throws IOException {
        URI uri = first;
        Header header = Header.NONE;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            try (Answer answer = transport.send("HEAD", uri, Map.of(), settings.metadataTimeout())) {
                Optional<String> location = answer.location();
                header = header.and(answer, location.isEmpty());
                if (location.isPresent()) {
                    URI target = endpoint.redirect(uri, location.get());
                    if (header.isComplete() || !endpoint.owns(target)) {
                        return header;
                    }
                    uri = target;
                } else if (answer.status() == 200 || header.missing()) {
                    return header;
                } else {
                    throw refusal().of(answer);
                }
            }
        }
        throw tooManyRedirects(first);
    }

    /**
     * Asks for a file's content, or the rest of it. Each time from the hub anew: the addresses of its storage expire.
     *
     * @param from the place to begin at
     * @param tag by which the storage named the content before, if it did
     * @return status 200 with all of it, 206 with the rest, or 416
     */
    Answer open(RemoteFile file, long from, Optional<String> tag) throws IOException {
        Map<String, String> headers = new HashMap<>();
        if (from > 0) {
            headers.put("Range", "bytes=" + from + "-");
            tag.ifPresent(strong -> headers.put("If-Range", strong));
        }
        URI uri = address(file);
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            Answer answer = transport.send("GET", uri, headers, settings.downloadTimeout());
            Optional<String> location = answer.location();
            boolean content = answer.status() == 200 || from > 0 && (answer.status() == 206 || answer.status() == 416);
            if (content) {
                return answer;
            }
            try (answer) {
                if (location.isEmpty()) {
                    throw refusal().of(answer);
                }
                uri = endpoint.redirect(uri, location.get());
            }
        }
        throw tooManyRedirects(address(file));
    }

    /** The address of a file on the hub. */
    URI address(RemoteFile file) {
        return endpoint.of(model.at(file.commit()), file.name());
    }

    private Refusal refusal() {
        return new Refusal(model, endpoint, settings.token().isPresent());
    }

    private static HubException tooManyRedirects(URI uri) {
        return unexpected("redirects more than " + MOST_REDIRECTS + " times", uri);
    }

    private static HubException unexpected(String what, URI uri) {
        return HubException.of(
                Reason.UNEXPECTED_ANSWER,
                "The server " + what + ", as no hub does.",
                Endpoint.shown(uri),
                "HF_ENDPOINT with the address of a hub; a proxy or a login page may stand between.");
    }
}
