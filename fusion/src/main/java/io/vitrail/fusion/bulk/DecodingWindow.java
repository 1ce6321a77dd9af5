package io.vitrail.fusion.bulk;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The items that are taken and not yet delivered, and the threads that decode them. One thread uses it; any may close
 * it.
 */
final class DecodingWindow<T, D, R> implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;
    private static final long PATIENCE_SECONDS = 10;

    private final Bulk<T, D, R> bulk;
    private final Queue<Slot<T, D, R>> slots = new ConcurrentLinkedQueue<>();
    private final ThreadPoolExecutor threads;
    private int free;
    private volatile boolean closed;

    DecodingWindow(Bulk<T, D, R> bulk) {
        this.bulk = bulk;
        free = bulk.options().window();
        int most = bulk.options().threads();
        threads = new ThreadPoolExecutor(
                most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), DecodingWindow::thread);
        threads.allowCoreThreadTimeOut(true); // those of a run that nobody closes end, too
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "vitrail-bulk");
        thread.setDaemon(true);
        return thread;
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    boolean hasRoom() {
        return free > 0;
    }

    void add(T item) {
        Slot<T, D, R> slot = new Slot<>(bulk, item);
        slots.add(slot);
        free--;
        decode(slot);
    }

    Slot<T, D, R> first() {
        return slots.element();
    }

    void removeFirst() {
        slots.remove();
        free++;
    }

    List<Slot<T, D, R>> all(Predicate<Slot<T, D, R>> which) {
        return slots.stream().filter(which).toList();
    }

    /** Has a thread decode the item. */
    void decode(Slot<T, D, R> slot) {
        try {
            threads.execute(slot);
        } catch (RejectedExecutionException e) {
            throw closedEarly();
        }
    }

    /** Waits until the item is decoded, or has failed to be. */
    Outcome<T, Bulk.Decoded<D>> decoded(Slot<T, D, R> slot) {
        try {
            return slot.decoding().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        } catch (CancellationException e) {
            throw closedEarly();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Goes on if nobody has closed it, and the thread isn't interrupted. */
    void checkOpen() {
        if (closed) {
            throw closedEarly();
        }
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted();
        }
    }

    private static CancellationException closedEarly() {
        return new CancellationException("The run was closed before its end.");
    }

    private static CancellationException interrupted() {
        return new CancellationException("The run was interrupted; the interrupt flag of its thread is set.");
    }

    /** Waits for the threads, but not for ever, and not if the calling thread is interrupted. */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        slots.forEach(slot -> slot.decoding().cancel(false)); // whoever waits for one is told
        try {
            threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
