package io.vitrail.transformer;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * How the calls of one task are answered: each by itself or with those of other callers, and for how long at most. Immutable
 * and thread-safe.
 *
 * @param <T> what one call asks with, such as a batch of pictures or texts; it may be for several results
 * @param <R> a result
 */
public final class Calls<T, R> {
    /** What a task computes, and what may be computed together. */
    public interface Work<T, R> {
        /** The results of one call, while its caller waits. */
        List<R> alone(T item, Patience patience);

        /** The results of several calls, computed as {@link Batcher.Work} says. */
        List<R> together(Supplier<List<T>> items, Patience patience);

        /** How many results an item gives. */
        int size(T item);

        /** Items of equal kinds may be computed together. */
        Object kind(T item);

        /** How many computations may run at the same time. */
        int passes();
    }

    /** How an item is computed. */
    private interface Way<T, R> {
        List<R> answer(T item, Patience patience);
    }

    private final Work<T, R> work;
    private final Way<T, R> way;
    private final Supplier<Patience> patience;

    private Calls(Work<T, R> work, Way<T, R> way, Supplier<Patience> patience) {
        this.work = work;
        this.way = way;
        this.patience = patience;
    }

    /** Each call by itself, for as long as it takes. */
    public static <T, R> Calls<T, R> of(Work<T, R> work) {
        return new Calls<>(work, work::alone, Patience::endless);
    }

    /** Together with other callers' items of the same kind; see {@link Batcher}. */
    public Calls<T, R> batching(int most, Duration wait) {
        Batcher<T, R> batcher = new Batcher<>(most, wait, work.passes(), work::together);
        return new Calls<>(
                work, (item, until) -> batcher.answer(item, work.size(item), work.kind(item), until), patience);
    }

    /** With an error for calls that take longer. */
    public Calls<T, R> withDeadline(Duration limit) {
        Patience.of(limit); // an error now, if it is none
        return new Calls<>(work, way, () -> Patience.of(limit));
    }

    /** For one call from now on. */
    public Patience patience() {
        return patience.get();
    }

    /**
     * The results of an item.
     *
     * @throws CallException if the caller's patience is over, or its thread is interrupted
     */
    public List<R> answer(T item, Patience until) {
        return way.answer(item, until);
    }
}
