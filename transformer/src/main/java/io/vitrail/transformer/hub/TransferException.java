package io.vitrail.transformer.hub;

import io.vitrail.transformer.hub.HubException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** An attempt failed, and another may succeed. What it would become, were it the last, is its reason. */
final class TransferException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient Optional<Duration> pause;

    TransferException(Reason reason, String message) {
        this(reason, message, Optional.empty());
    }

    /**
     * @param pause how long the server asks to wait
     */
    TransferException(Reason reason, String message, Optional<Duration> pause) {
        super(message);
        this.reason = reason;
        this.pause = pause;
    }

    Reason reason() {
        return reason;
    }

    Optional<Duration> pause() {
        return pause;
    }
}
