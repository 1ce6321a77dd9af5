package io.vitrail.fusion.bulk;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An item in the window, from being taken to being delivered. Only its decoding concerns several threads. */
final class Slot<T, D, R> implements Runnable {
    private final Bulk<T, D, R> bulk;
    private final T item;
    private CompletableFuture<Outcome<T, Bulk.Decoded<D>>> decoding = new CompletableFuture<>();
    private Optional<Outcome<T, R>> outcome = Optional.empty();
    private boolean alone;

    Slot(Bulk<T, D, R> bulk, T item) {
        this.bulk = bulk;
        this.item = item;
    }

    /** Decodes, on whatever thread. */
    @Override
    public void run() {
        CompletableFuture<Outcome<T, Bulk.Decoded<D>>> own = decoding();
        try {
            own.complete(Outcome.of(item, bulk.decode(item)));
        } catch (RuntimeException | VirtualMachineError e) {
            own.complete(Outcome.failed(item, e));
        } catch (Throwable e) { // such as a library that can't be loaded: not the item's fault
            own.completeExceptionally(e);
        }
    }

    synchronized CompletableFuture<Outcome<T, Bulk.Decoded<D>>> decoding() {
        return decoding;
    }

    /** Lets go of what was decoded; {@link #run} decodes again. */
    synchronized void forget() {
        decoding = new CompletableFuture<>();
    }

    boolean isSettled() {
        return outcome.isPresent();
    }

    Outcome<T, R> outcome() {
        return outcome.orElseThrow();
    }

    void settle(R result) {
        outcome = Optional.of(Outcome.of(item, result));
        forget();
    }

    /** Whether it has to be done while nothing else takes memory. */
    boolean isAlone() {
        return alone;
    }

    /** It failed; if it lacked memory, among others, it gets another chance alone. */
    void fail(Throwable failure) {
        if (failure instanceof OutOfMemoryError && !alone) {
            alone = true;
        } else {
            outcome = Optional.of(Outcome.failed(item, failure));
        }
        forget();
    }
}
