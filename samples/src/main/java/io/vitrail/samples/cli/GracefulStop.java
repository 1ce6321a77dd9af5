package io.vitrail.samples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets long work end in order when the user presses Ctrl-C: the JVM waits until the work has saved and closed. Without it, native
 * code would be torn down while it computes.
 */
final class GracefulStop implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await, "vitrail-stop");
    private volatile boolean requested;

    GracefulStop() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) { // the JVM is ending already
            requested = true;
        }
    }

    private void await() {
        requested = true;
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the work should end at the next good moment. */
    boolean requested() {
        return requested;
    }

    @Override
    public void close() {
        closed.countDown();
        if (!requested) {
            forget();
        }
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            requested = true; // the JVM has begun to end
        }
    }
}
