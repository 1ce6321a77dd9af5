package io.vitrail.transformer.hub;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Brings files from the hub into the cache: one process at a time, resumed where it broke off, checked, whole. */
final class Download {
    private static final long REPORT_BYTES = 256 << 10;
    /** So much new content makes up for the failures before it. */
    private static final long PROGRESS_BYTES = 1 << 20;
    /** A server that sends less than this within six time-outs stands still. */
    private static final long SLOWEST_BYTES = 1 << 10;

    private static final int SLOWEST_TIMEOUTS = 6;
    private static final long LARGEST_JSON = 128 << 20;

    private final HubSettings settings;
    private final CachedModel cached;
    private final RemoteModel remote;
    private final DownloadListener listener;

    Download(HubSettings settings, CachedModel cached, RemoteModel remote, DownloadListener listener) {
        this.settings = settings;
        this.cached = cached;
        this.remote = remote;
        this.listener = listener;
    }

    /** Has a file in its snapshot afterwards. */
    void run(RemoteFile file) {
        if (file.name().endsWith(".json") && file.size() > LARGEST_JSON) {
            throw damaged("A JSON file of " + file.size() + " bytes is none of a model", file);
        }
        CachedSnapshot snapshot = cached.snapshot(file.commit());
        Path blob = cached.blob(file.tag());
        BlobLock.during(cached.lock(file.tag()), () -> {
            if (!snapshot.has(file.name())) {
                boolean there = cached.holds(blob, file.size());
                if (!there) {
                    download(file, blob);
                }
                snapshot.add(file.name(), blob, !there);
            }
        });
    }

    /** What doesn't agree may have been resumed from a bad part: so it gets a second chance, from the beginning. */
    private void download(RemoteFile file, Path blob) {
        try (PartialFile partial = PartialFile.of(blob, file.size())) {
            for (int i = 0; i < 2; i++) {
                complete(file, partial);
                if (partial.agreesWith(file.tag())) {
                    partial.moveTo(blob);
                    return;
                }
                partial.clear();
            }
        }
        throw damaged("The checksum of what was downloaded is not " + file.tag(), file);
    }

    private HubException damaged(String what, RemoteFile file) {
        return HubException.of(
                Reason.DAMAGED,
                what + ".",
                Endpoint.shown(remote.address(file)),
                "again; if it goes on, another network or HF_ENDPOINT: something on the way changes the content.");
    }

    private void complete(RemoteFile file, PartialFile partial) {
        Attempts attempts = new Attempts(settings, settings.retries());
        Optional<String> tag = Optional.empty();
        listener.progressed(file.name(), partial.size(), file.size());
        while (partial.size() < file.size()) {
            long before = partial.size();
            try (Answer answer = remote.open(file, before, tag)) {
                tag = answer.strongTag();
                begin(answer, file, partial);
                receive(answer.body(), file, partial);
            } catch (IOException e) {
                if (partial.size() - before >= PROGRESS_BYTES) {
                    attempts.succeeded();
                }
                attempts.failed(e, remote.address(file));
            }
        }
    }

    /** Checks that what comes is the rest of the file, or all of it. */
    private static void begin(Answer answer, RemoteFile file, PartialFile partial) throws IOException {
        boolean rest = answer.status() == 206 && answer.isRest(partial.size(), file.size());
        if (!rest) {
            partial.clear();
        }
        OptionalLong length = answer.length();
        long expected = file.size() - partial.size();
        if (answer.isPacked() || !rest && answer.status() != 200) {
            throw new TransferException(Reason.DAMAGED, "the server sent something else than the rest of the file");
        }
        if (length.isPresent() && length.getAsLong() != expected) {
            throw new TransferException(
                    Reason.DAMAGED,
                    "the server sends " + length.getAsLong() + " bytes where " + expected + " are missing");
        }
    }

    private void receive(Body body, RemoteFile file, PartialFile partial) throws IOException {
        Pace pace = new Pace(settings.downloadTimeout());
        long reported = partial.size();
        while (true) {
            List<ByteBuffer> piece = next(body, file);
            long bytes = piece.stream().mapToLong(ByteBuffer::remaining).sum();
            if (piece.isEmpty()) {
                break;
            }
            if (partial.size() + bytes > file.size()) {
                partial.clear();
                throw new TransferException(Reason.DAMAGED, "the server sends more than the file has");
            }
            partial.append(piece);
            pace.add(bytes);
            if (partial.size() - reported >= REPORT_BYTES || partial.size() == file.size()) {
                reported = partial.size();
                listener.progressed(file.name(), reported, file.size());
            }
        }
        if (partial.size() < file.size()) {
            throw new TransferException(Reason.DAMAGED, "the file ended early");
        }
    }

    private List<ByteBuffer> next(Body body, RemoteFile file) throws IOException {
        try {
            return body.next(settings.downloadTimeout());
        } catch (InterruptedException e) {
            throw HubException.interrupted(Endpoint.shown(remote.address(file)), e);
        }
    }

    /** Notices a server that sends a byte now and then, to keep the connection. */
    private static final class Pace {
        private final long span;
        private long since = System.nanoTime();
        private long bytes;

        Pace(Duration timeout) {
            span = timeout.toNanos() * SLOWEST_TIMEOUTS;
        }

        void add(long more) throws IOException {
            bytes += more;
            if (bytes >= SLOWEST_BYTES) {
                bytes = 0;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > span) {
                throw new HttpTimeoutException("hardly anything was received for " + span / 1_000_000_000 + " s");
            }
        }
    }
}
