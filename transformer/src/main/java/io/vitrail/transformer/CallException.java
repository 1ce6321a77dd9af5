package io.vitrail.transformer;

import java.time.Duration;

/** A call ends without its answer, though nothing is wrong with what was asked. The message says why, and what to do. */
public final class CallException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Why there is no answer, for code that reacts to it. */
    public enum Reason {
        /** The model is closed, or was while the call waited. */
        CLOSED,
        /** The thread was interrupted; its flag is set. */
        INTERRUPTED,
        /** The deadline has passed. */
        TOO_LATE
    }

    private final Reason reason;

    private CallException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static CallException closed() {
        return new CallException(Reason.CLOSED, "The model is closed. Keep it open until the last call has returned.");
    }

    static CallException interrupted() {
        return new CallException(
                Reason.INTERRUPTED, "The call was interrupted; the interrupt flag of its thread is set.");
    }

    static CallException tooLate(Duration limit) {
        return new CallException(
                Reason.TOO_LATE,
                "There was no answer within " + limit.toMillis() + " ms."
                        + "\n  try:  a later deadline, fewer callers at once, or batching.");
    }

    public Reason reason() {
        return reason;
    }
}
