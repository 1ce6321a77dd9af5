package io.vitrail.vit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Results one by one of what is computed batch by batch, and only when asked for. */
final class BatchIterator<T, R> implements Iterator<R> {
    private final Iterator<T> source;
    private final int size;
    private final Function<List<T>, List<R>> compute;
    private final Deque<R> ready = new ArrayDeque<>();

    BatchIterator(Iterator<T> source, int size, Function<List<T>, List<R>> compute) {
        this.source = source;
        this.size = size;
        this.compute = compute;
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || source.hasNext();
    }

    @Override
    public R next() {
        if (ready.isEmpty()) {
            fill();
        }
        return ready.remove();
    }

    private void fill() {
        List<T> batch = new ArrayList<>(size);
        while (batch.size() < size && source.hasNext()) {
            batch.add(source.next());
        }
        if (batch.isEmpty()) {
            throw new NoSuchElementException("There are no more results.");
        }
        ready.addAll(compute.apply(batch));
    }
}
