package io.vitrail.transformer;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How long a caller waits for its answer: until a time is over that runs from when this was made, and no longer than until
 * its thread is interrupted. Immutable.
 */
public final class Patience {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(365);

    private final long limit;
    private final long begun = System.nanoTime();

    private Patience(long limit) {
        this.limit = limit;
    }

    /** Until the thread is interrupted. */
    public static Patience endless() {
        return new Patience(Long.MAX_VALUE);
    }

    /**
     * Until so much time is over.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public static Patience of(Duration limit) {
        Check.that(
                limit.compareTo(SHORTEST) >= 0 && limit.compareTo(LONGEST) <= 0,
                "A deadline must be 1 millisecond to 365 days away, not %s.",
                limit);
        return new Patience(limit.toNanos());
    }

    /** In nanoseconds; 0 or less when the time is over. */
    long remaining() {
        return limit - (System.nanoTime() - begun);
    }

    /**
     * Goes on if the caller still waits for its answer.
     *
     * @throws CallException if it was interrupted, or the time is over
     */
    public void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw CallException.interrupted();
        }
        if (remaining() <= 0) {
            throw CallException.tooLate(Duration.ofNanos(limit));
        }
    }

    /** Takes a permit, or gives up as {@link #check} does. */
    void take(Semaphore turns) {
        try {
            check();
            if (!turns.tryAcquire(remaining(), TimeUnit.NANOSECONDS)) {
                throw CallException.tooLate(Duration.ofNanos(limit));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CallException.interrupted();
        }
    }
}
