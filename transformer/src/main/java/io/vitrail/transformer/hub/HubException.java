package io.vitrail.transformer.hub;

/** A model can't be had from the hub or its cache. The message says what went wrong, where, and what to do. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_QUOTE = 200;

    /** What went wrong, for code that reacts to it. */
    public enum Reason {
        /** The repository does not exist, or is private: the hub doesn't tell which. */
        REPOSITORY_NOT_FOUND,
        /** The repository has no such branch, tag or commit. */
        REVISION_NOT_FOUND,
        /** The repository lacks a file that is needed. */
        FILE_NOT_FOUND,
        /** The hub refuses: a licence is to be accepted first, or the token is wrong or may not read this. */
        ACCESS_DENIED,
        /** Offline by choice, and the cache doesn't hold what is needed. */
        NOT_CACHED,
        /** No connection, or none that lasts. */
        UNREACHABLE,
        /** The server's certificate isn't trusted. */
        CERTIFICATE,
        /** The server goes on failing, or asks to wait for too long. */
        SERVER_ERROR,
        /** The server's answer is none that a hub gives. */
        UNEXPECTED_ANSWER,
        /** What was downloaded isn't what the hub had announced, in size or checksum. */
        DAMAGED,
        /** There is no room for the file. */
        DISK_FULL,
        /** The cache folder can't be read or written. */
        CACHE,
        /** The thread was interrupted; its flag is set again. */
        INTERRUPTED;

        /** Whether a complete copy in the cache may serve instead, as it does in huggingface_hub. */
        boolean cacheServes() {
            return switch (this) {
                case REPOSITORY_NOT_FOUND, ACCESS_DENIED, UNREACHABLE, SERVER_ERROR, UNEXPECTED_ANSWER -> true;
                case REVISION_NOT_FOUND, FILE_NOT_FOUND, NOT_CACHED, CERTIFICATE, DAMAGED -> false;
                case DISK_FULL, CACHE, INTERRUPTED -> false;
            };
        }
    }

    private final Reason reason;

    private HubException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** The message's layout: what was wrong, then the address or file, then the remedy, a line each. */
    static HubException of(Reason reason, String what, Object where, String remedy) {
        return of(reason, what, where, remedy, null);
    }

    static HubException of(Reason reason, String what, Object where, String remedy, Throwable cause) {
        return new HubException(reason, what + "\n  at:   " + where + "\n  try:  " + remedy, cause);
    }

    static HubException interrupted(Object where, Exception cause) {
        Thread.currentThread().interrupt();
        return of(
                Reason.INTERRUPTED,
                "The thread was interrupted.",
                where,
                "again; what was downloaded is kept, and the download resumes.",
                cause);
    }

    /** A stranger's text, made fit for one line of a message. */
    static String quote(String text) {
        String line = text.replaceAll("\\p{C}", "?");
        return "'" + (line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…") + "'";
    }

    public Reason reason() {
        return reason;
    }
}
