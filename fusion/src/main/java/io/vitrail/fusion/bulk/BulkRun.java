package io.vitrail.fusion.bulk;

import io.vitrail.transformer.CallException;
import io.vitrail.transformer.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The outcomes of some bulk work, in the items' order. One thread asks for them, reads the items and calls the model;
 * others decode ahead. Which items share a batch depends on the items alone, not on how quickly they are decoded.
 *
 * <ul>
 *   <li>If a batch fails, its halves are computed, and so on: only the culprits fail.
 *   <li>An item that lacks memory, decoded or computed among others, is done again alone.
 *   <li>If the items' iterator fails, what it gave before is delivered; then its exception is thrown.
 *   <li>If the asking thread is interrupted, or the model closed, the run ends with an exception, and closes.
 * </ul>
 *
 * <p>Any thread may close it or ask for its progress. It closes itself behind the last outcome.
 */
public final class BulkRun<T, D, R> implements Iterator<Outcome<T, R>>, AutoCloseable {
    private final Bulk<T, D, R> bulk;
    private final Iterator<T> items;
    private final DecodingWindow<T, D, R> window;
    private RuntimeException itemsFailure;
    private boolean exhausted;
    private long begun;
    private volatile Progress progress = new Progress(0, 0, Duration.ZERO);

    BulkRun(Bulk<T, D, R> bulk, Iterator<T> items) {
        this.bulk = bulk;
        this.items = items;
        window = new DecodingWindow<>(bulk);
    }

    /**
     * Whether there is another outcome.
     *
     * @throws java.util.concurrent.CancellationException if the run was closed before its end, or the thread is
     *     interrupted, whose flag stays set
     */
    @Override
    public boolean hasNext() {
        if (exhausted) {
            return false;
        }
        try {
            window.checkOpen();
            takeItems();
            if (window.isEmpty() && itemsFailure != null) {
                throw itemsFailure;
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        if (window.isEmpty()) {
            close();
            exhausted = true;
        }
        return !exhausted;
    }

    /**
     * The next outcome; computes a batch if it has to.
     *
     * @throws java.util.concurrent.CancellationException if the run was closed before its end, or the thread is
     *     interrupted, whose flag stays set
     * @throws CallException if the model is closed
     */
    @Override
    public Outcome<T, R> next() {
        if (!hasNext()) {
            throw new NoSuchElementException("There are no more outcomes.");
        }
        Slot<T, D, R> first = window.first();
        try {
            while (!first.isSettled()) {
                settle(first);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        window.removeFirst();
        return counted(first.outcome());
    }

    private Outcome<T, R> counted(Outcome<T, R> outcome) {
        long failed = progress.failed() + outcome.failure().stream().count();
        progress = new Progress(progress.done() + 1, failed, Duration.ofNanos(System.nanoTime() - begun));
        return outcome;
    }

    /** How many outcomes were delivered, and how fast. */
    public Progress progress() {
        return progress;
    }

    private void takeItems() {
        begun = begun == 0 ? System.nanoTime() : begun;
        while (window.hasRoom() && itemsFailure == null) {
            T item;
            try {
                if (!items.hasNext()) {
                    return;
                }
                item = items.next();
            } catch (RuntimeException e) {
                itemsFailure = e;
                return;
            }
            window.add(item);
        }
    }

    /** Finds the first item's outcome, and those of the items that are computed with it. */
    private void settle(Slot<T, D, R> first) {
        if (first.isAlone()) {
            settleAlone(first);
        } else {
            ready(first).ifPresent(decoded -> compute(batch(decoded.kind())));
        }
    }

    /** What the item was decoded to, if it was. */
    private Optional<Bulk.Decoded<D>> ready(Slot<T, D, R> slot) {
        Outcome<T, Bulk.Decoded<D>> decoded = window.decoded(slot);
        decoded.failure().ifPresent(slot::fail);
        return decoded.result();
    }

    /** Nothing else that was decoded is in memory meanwhile. */
    private void settleAlone(Slot<T, D, R> first) {
        List<Slot<T, D, R>> others = window.all(slot -> !slot.isSettled() && !slot.isAlone());
        others.forEach(window::decoded);
        others.forEach(Slot::forget);
        first.run();
        ready(first).ifPresent(decoded -> compute(List.of(first)));
        others.forEach(window::decode);
    }

    /** The first items of a kind. */
    private List<Slot<T, D, R>> batch(Object kind) {
        List<Slot<T, D, R>> batch = new ArrayList<>();
        for (Slot<T, D, R> slot : window.all(slot -> !slot.isSettled() && !slot.isAlone())) {
            if (batch.size() < bulk.options().batch()) {
                ready(slot).filter(decoded -> decoded.kind().equals(kind)).ifPresent(decoded -> batch.add(slot));
            }
        }
        return batch;
    }

    private void compute(List<Slot<T, D, R>> batch) {
        try {
            List<R> results = bulk.compute(batch.stream()
                    .map(slot -> ready(slot).orElseThrow().value())
                    .toList());
            Check.state(
                    results.size() == batch.size() && results.stream().allMatch(result -> result != null),
                    "The model gave %d results for %d items, or none for some.",
                    results.size(),
                    batch.size());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).settle(results.get(i));
            }
        } catch (RuntimeException | VirtualMachineError e) {
            endIfOver(e);
            int half = batch.size() / 2;
            if (half == 0) {
                batch.get(0).fail(e);
            } else {
                compute(batch.subList(0, half));
                compute(batch.subList(half, batch.size()));
            }
        }
    }

    /** What isn't about the items ends the run. */
    private void endIfOver(Throwable e) {
        boolean modelClosed = e instanceof CallException call && call.reason() == CallException.Reason.CLOSED;
        if (modelClosed) {
            throw (CallException) e;
        }
        window.checkOpen();
    }

    /**
     * Ends the decoding threads, and waits for them, but no longer than 10 seconds, and not at all if the calling
     * thread is interrupted. Outcomes that weren't delivered are lost. A batch that another thread is computing isn't
     * broken off.
     */
    @Override
    public void close() {
        window.close();
    }
}
