package io.vitrail.transformer.kernels;

import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import java.util.concurrent.FutureTask;

/**
 * The operations of a {@link Compute}, made ready in the background while files are read. Closing waits for the end of
 * that: native code must not run on when a program ends.
 */
public final class OperationsAhead implements AutoCloseable {
    private final Compute compute;
    private final Thread thread;

    private OperationsAhead(Compute compute, Thread thread) {
        this.compute = compute;
        this.thread = thread;
    }

    /** Begins once the caller's thread has started the engine; {@link #operations()} tells of failures behind that. */
    public static OperationsAhead of(Compute compute) {
        DjlEngine.get(); // it turns gradients off in the thread that starts it
        Thread thread = new Thread(new FutureTask<>(compute::operations), "vitrail-kernels");
        thread.setDaemon(true);
        thread.start();
        return new OperationsAhead(compute, thread);
    }

    /** Waits for them; as {@link Compute#operations()}. */
    public Operations operations() {
        return compute.operations();
    }

    @Override
    public void close() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
