package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Prepares batches in background threads, a few ahead, while the model learns; they come out in order. Closing ends the
 * threads.
 */
public final class BatchLoader implements AutoCloseable {
    private static final int AHEAD_PER_THREAD = 2;

    private final int threads;
    private final ExecutorService executor;

    public BatchLoader(int threads) {
        Check.that(threads > 0, "there must be at least 1 thread, not %d", threads);
        this.threads = threads;
        executor = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "vitrail-batches");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * What is prepared for the numbers from {@code first} to below {@code end}.
     *
     * @param prepare called by several threads at once; what it throws, {@code next} throws
     */
    public <P> Iterator<P> load(int first, int end, IntFunction<P> prepare) {
        return new Ahead<>(first, end, prepare);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private final class Ahead<P> implements Iterator<P> {
        private final int end;
        private final IntFunction<P> prepare;
        private final Queue<Future<P>> coming = new ArrayDeque<>();
        private int submitted;

        Ahead(int first, int end, IntFunction<P> prepare) {
            this.end = end;
            this.prepare = prepare;
            submitted = first;
            for (int i = 0; i < AHEAD_PER_THREAD * threads; i++) {
                submit();
            }
        }

        private void submit() {
            if (submitted < end) {
                int number = submitted++;
                coming.add(executor.submit(() -> prepare.apply(number)));
            }
        }

        @Override
        public boolean hasNext() {
            return !coming.isEmpty();
        }

        @Override
        public P next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all " + end + " are taken");
            }
            P prepared = await(coming.remove());
            submit();
            return prepared;
        }
    }

    private static <P> P await(Future<P> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a batch was prepared.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("A batch could not be prepared: " + e.getCause(), e.getCause());
        }
    }
}
