package io.vitrail.transformer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Computes what several callers ask for at the same time in one batch. It has no thread of its own: of the callers that
 * wait, one computes the batch that is due, for all whose items are in it, and the others sleep. Thread-safe.
 *
 * <p>A batch is due when it is full, or when its first item has waited for the given time, and fewer batches are being
 * computed than may be. So items gather while another batch is computed, even if the time to wait is 0. Those of one kind
 * are taken in the order of their arrival. If a batch fails, each of its items is computed by itself, so that an error reaches only the
 * caller whose item causes it.
 *
 * @param <T> an item; it is in use until {@link #answer} has returned
 * @param <R> a result
 */
public final class Batcher<T, R> {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final int most;
    private final long wait;
    private final int atOnce;
    private final Function<List<T>, List<R>> work;

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

    /**
     * Makes a batcher.
     *
     * @param most results that a batch gives at most; a larger item is a batch by itself
     * @param wait how long an item waits for others at most while nothing is being computed; up to a minute
     * @param atOnce how many batches may be computed at the same time
     * @param work gives the results of a batch, those of its items one after the other
     */
    public Batcher(int most, Duration wait, int atOnce, Function<List<T>, List<R>> work) {
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
        if (running == atOnce) {
            sleep(patience.remaining());
            return;
        }
        List<Request> batch = new ArrayList<>();
        long due = gather(own.kind, batch) ? 0 : batch.get(0).arrived + wait - System.nanoTime();
        if (due > 0) {
            sleep(Math.min(due, patience.remaining()));
        } else {
            compute(batch);
        }
    }

    /** Adds the items that are next to the batch; whether no other fits in. */
    private boolean gather(Object kind, List<Request> batch) {
        int size = 0;
        for (Request request : waiting) {
            if (request.kind.equals(kind)) {
                if (!batch.isEmpty() && size + request.size > most) {
                    return true;
                }
                batch.add(request);
                size += request.size;
            }
        }
        return size >= most;
    }

    private void sleep(long nanos) {
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // for check(), if the item isn't being computed yet
        }
    }

    /** Leaves the lock to others in the meantime. */
    private void compute(List<Request> batch) {
        batch.forEach(request -> request.taken = true);
        batch.forEach(waiting::remove);
        running++;
        lock.unlock();
        try {
            computeOrSplit(batch);
        } finally {
            lock.lock();
            running--;
            batch.forEach(request -> request.done = true);
            changed.signalAll();
        }
    }

    private void computeOrSplit(List<Request> batch) {
        try {
            List<R> results =
                    work.apply(batch.stream().map(request -> request.item).toList());
            int end = 0;
            for (Request request : batch) {
                int start = end;
                end += request.size;
                request.results = results.subList(start, end);
            }
        } catch (RuntimeException | Error e) {
            if (batch.size() == 1) {
                batch.get(0).failure = e;
            } else {
                batch.forEach(request -> computeOrSplit(List.of(request)));
            }
        }
    }
}
