package io.vitrail.transformer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Computes what several callers ask for at the same time in one batch. It has no thread of its own: of the callers that
 * wait, one computes the batch that is due, for all whose items are in it, and the others sleep. Thread-safe.
 *
 * <p>A batch is due when it is full, or when its first item has waited for the given time, and fewer batches are being
 * computed than may be. Its items are taken only when its turn to be computed has come: so they gather while another batch is
 * computed, even if the time to wait is 0, and until then every caller may leave. Those of one kind are taken in the order of
 * their arrival. If a batch fails, each of its callers computes its own item by itself, so that an error reaches only the one whose
 * item causes it.
 *
 * @param <T> an item; it is in use until {@link #answer} has returned
 * @param <R> a result
 */
public final class Batcher<T, R> {
    /**
     * Computes a batch.
     *
     * @param <T> an item
     * @param <R> a result
     */
    @FunctionalInterface
    public interface Work<T, R> {
        /**
         * Waits for its turn, then takes the items and computes them.
         *
         * @param items to be called once, when the turn has come: those that are there by then, perhaps none
         * @param patience for how long to wait for the turn
         * @return the results of all items, one item's after the other's
         */
        List<R> of(Supplier<List<T>> items, Patience patience);
    }

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final int most;
    private final long wait;
    private final int atOnce;
    private final Work<T, R> work;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final Set<Request> waiting = new LinkedHashSet<>();
    private int running;

    /** One caller's item and, once it is done, what came of it. */
    private final class Request {
        private final T item;
        private final int size;
        private final Object kind;
        private final long arrived = System.nanoTime();
        private boolean alone;
        private boolean taken;
        private boolean done;
        private List<R> results;
        private Throwable failure;

        private Request(T item, int size, Object kind) {
            this.item = item;
            this.size = size;
            this.kind = kind;
        }

        private List<R> outcome() {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
            return results;
        }
    }

    /** Requests that may be computed together; full if no other fits in. */
    private record Batch<Q>(List<Q> requests, boolean full) {}

    /**
     * Makes a batcher.
     *
     * @param most results that a batch gives at most; a larger item is a batch by itself
     * @param wait how long an item waits for others at most while nothing is being computed; up to a minute
     * @param atOnce how many batches may be computed at the same time
     */
    public Batcher(int most, Duration wait, int atOnce, Work<T, R> work) {
        Check.that(most >= 1, "A batch must hold at least 1, not %d.", most);
        Check.that(
                !wait.isNegative() && wait.compareTo(LONGEST_WAIT) <= 0,
                "Waiting for a batch must take 0 to 60 seconds, not %s.",
                wait);
        this.most = most;
        this.wait = wait.toNanos();
        this.atOnce = atOnce;
        this.work = work;
    }

    /**
     * The results of one caller's item.
     *
     * @param size how many results the item gives
     * @param kind items of equal kinds may be in one batch
     * @throws CallException if the caller doesn't wait any longer. If its item is being computed, that ends first.
     */
    public List<R> answer(T item, int size, Object kind, Patience patience) {
        Request own = new Request(item, size, kind);
        lock.lock();
        try {
            waiting.add(own);
            while (!own.done) {
                goOn(own, patience);
            }
        } finally {
            waiting.remove(own);
            lock.unlock();
        }
        patience.check();
        return own.outcome();
    }

    /** Computes a batch that is due, or sleeps until something has changed. */
    private void goOn(Request own, Patience patience) {
        if (own.taken) {
            changed.awaitUninterruptibly();
            return;
        }
        patience.check();
        long due = running == atOnce ? Long.MAX_VALUE : untilDue(own);
        if (due > 0) {
            sleep(Math.min(due, patience.remaining()));
        } else {
            compute(own, patience);
        }
    }

    /** In nanoseconds, until the batch is due that the request is in, or behind. */
    private long untilDue(Request own) {
        Batch<Request> batch = next(own);
        return batch.full ? 0 : batch.requests.get(0).arrived + wait - System.nanoTime();
    }

    /** The requests of one's kind that are next; one that was in a failed batch is by itself. */
    private Batch<Request> next(Request own) {
        if (own.alone) {
            return new Batch<>(List.of(own), true);
        }
        List<Request> batch = new ArrayList<>();
        int size = 0;
        for (Request request : waiting) {
            if (!request.alone && request.kind.equals(own.kind)) {
                if (!batch.isEmpty() && size + request.size > most) {
                    return new Batch<>(batch, true);
                }
                batch.add(request);
                size += request.size;
            }
        }
        return new Batch<>(batch, size >= most);
    }

    private void sleep(long nanos) {
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // for check(), if the item isn't being computed yet
        }
    }

    /** Leaves the lock to others in the meantime. */
    private void compute(Request own, Patience patience) {
        List<Request> batch = new ArrayList<>();
        List<R> results = List.of();
        Throwable failure = null;
        running++;
        lock.unlock();
        try {
            results = work.of(() -> take(own, batch), patience);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        lock.lock();
        running--;
        changed.signalAll();
        if (failure == null) {
            deliver(batch, results);
        } else if (batch.size() > 1) {
            batch.forEach(this::again);
        } else if (!batch.isEmpty() || !own.taken) { // what fails before its turn is the computing caller's
            fail(batch.isEmpty() ? own : batch.get(0), failure);
        }
    }

    /** The items whose turn it is. */
    private List<T> take(Request own, List<Request> batch) {
        lock.lock();
        try {
            batch.addAll(next(own).requests);
            batch.forEach(request -> request.taken = true);
            batch.forEach(waiting::remove);
            return batch.stream().map(request -> request.item).toList();
        } finally {
            lock.unlock();
        }
    }

    private void deliver(List<Request> batch, List<R> results) {
        int end = 0;
        for (Request request : batch) {
            int start = end;
            end += request.size;
            request.results = results.subList(start, end);
            request.done = true;
        }
    }

    private void again(Request request) {
        request.alone = true;
        request.taken = false;
        waiting.add(request);
    }

    private void fail(Request request, Throwable failure) {
        request.failure = failure;
        request.done = true;
    }
}
