package io.vitrail.samples.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** A model that is loaded in the background while pictures are decoded: engine and decoder start side by side. */
final class Opening<T extends AutoCloseable> implements AutoCloseable {
    private final CompletableFuture<T> future;

    Opening(Supplier<T> open) {
        future = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        future.complete(open.get());
                    } catch (RuntimeException | Error e) {
                        future.completeExceptionally(e);
                    }
                },
                "vitrail-load");
        thread.setDaemon(true);
        thread.start();
    }

    /** The model, as soon as it is there; what went wrong while it was loaded is thrown here. */
    T get() {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Waits for a model that is still being loaded: it leaves files behind otherwise. */
    @Override
    public void close() {
        T opened;
        try {
            opened = future.join();
        } catch (CompletionException e) {
            return; // get() has told it, or nobody asked
        }
        try {
            opened.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
