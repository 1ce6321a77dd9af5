package io.vitrail.vit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Results one by one of what is computed batch by batch, and only when asked for. A batch is a stream, which takes an
 * element from the source when the one before has been dealt with.
 */
final class BatchIterator<T, R> implements Iterator<R> {
    private final Iterator<T> source;
    private final int size;
    private final Function<Stream<T>, List<R>> compute;
    private final Deque<R> ready = new ArrayDeque<>();

    BatchIterator(Iterator<T> source, int size, Function<Stream<T>, List<R>> compute) {
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
        if (!source.hasNext()) {
            throw new NoSuchElementException("There are no more results.");
        }
        Stream<T> rest = StreamSupport.stream(Spliterators.spliteratorUnknownSize(source, 0), false);
        ready.addAll(compute.apply(rest.limit(size)));
    }
}
