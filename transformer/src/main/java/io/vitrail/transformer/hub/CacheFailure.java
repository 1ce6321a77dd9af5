package io.vitrail.transformer.hub;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/** What an error of the file system means for the cache. */
final class CacheFailure {
    private static final String ELSEWHERE = "HF_HUB_CACHE or HF_HOME with a folder on another disk, or make room.";

    private CacheFailure() {}

    static HubException of(IOException failure, Path path) {
        if (failure instanceof ClosedByInterruptException || failure instanceof FileLockInterruptionException) {
            return HubException.interrupted(path, failure);
        }
        String message = Objects.toString(failure.getMessage(), "").toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("not enough space") || message.contains("quota")) {
            return HubException.of(Reason.DISK_FULL, "The disk of the cache is full.", path, ELSEWHERE, failure);
        }
        return HubException.of(
                Reason.CACHE,
                "The cache can't be used: " + failure + ".",
                path,
                "HF_HUB_CACHE or HF_HOME with a folder that may be written, or the permissions of this one.",
                failure);
    }

    static HubException tooSmall(Path folder, long needed, long free) {
        return HubException.of(
                Reason.DISK_FULL,
                String.format(
                        Locale.ROOT,
                        "The disk of the cache has %.1f MB left; the file needs %.1f MB.",
                        free / 1e6,
                        needed / 1e6),
                folder,
                ELSEWHERE);
    }
}
