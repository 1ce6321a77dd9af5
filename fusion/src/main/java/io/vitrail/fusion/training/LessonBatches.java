package io.vitrail.fusion.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.BatchLoader;
import io.vitrail.transformer.training.Seeds;
import java.util.Arrays;
import java.util.Iterator;

/**
 * The batches of a lesson's epochs, prepared in background threads. Which examples a batch holds is decided by seed,
 * epoch and number alone.
 */
final class LessonBatches implements AutoCloseable {
    private final Sizes sizes;
    private final Preparation preparation;
    private final BatchLoader loader;

    /**
     * How many there are.
     *
     * @param batch examples in one
     * @param count of batches in an epoch; where examples are left over, other ones in each epoch
     */
    record Sizes(int examples, int batch, int count, long seed) {
        /** With all examples, so that the last batch may be smaller. */
        static Sizes all(int examples, int batch, long seed) {
            return new Sizes(examples, batch, (examples + batch - 1) / batch, seed);
        }

        /** Of full batches, or one of all examples if they are fewer. */
        static Sizes full(int examples, int batch, long seed) {
            return new Sizes(examples, batch, Math.max(1, examples / batch), seed);
        }
    }

    /** Prepares a batch, in any thread. */
    @FunctionalInterface
    interface Preparation {
        /** @param numbers of its examples */
        Prepared of(int[] numbers, int epoch);
    }

    /** What becomes a batch's arrays. */
    interface Prepared {
        /** In the manager, which is closed after the batch. */
        NDList data(NDManager manager);

        NDList labels(NDManager manager);
    }

    LessonBatches(Sizes sizes, Preparation preparation, int threads) {
        Check.that(sizes.examples > 0, "No picture to learn from could be read.");
        this.sizes = sizes;
        this.preparation = preparation;
        loader = new BatchLoader(threads);
    }

    int count() {
        return sizes.count;
    }

    /** @param manager parent of the batches' own managers */
    Iterable<Batch> epoch(int epoch, int first, NDManager manager) {
        int[] order = Seeds.permutation(sizes.examples, Seeds.random(sizes.seed, epoch, -1));
        return () -> {
            Iterator<Prepared> prepared =
                    loader.load(first, sizes.count, number -> preparation.of(numbers(order, number), epoch));
            return new Iterator<>() {
                private int number = first;

                @Override
                public boolean hasNext() {
                    return prepared.hasNext();
                }

                @Override
                public Batch next() {
                    int size = numbers(order, number).length;
                    return batch(prepared.next(), size, number++, manager.newSubManager());
                }
            };
        };
    }

    private int[] numbers(int[] order, int number) {
        int first = number * sizes.batch;
        return Arrays.copyOfRange(order, first, Math.min(first + sizes.batch, order.length));
    }

    private Batch batch(Prepared prepared, int size, int number, NDManager scope) {
        return new Batch(
                scope,
                prepared.data(scope),
                prepared.labels(scope),
                size,
                Batchifier.STACK,
                Batchifier.STACK,
                number,
                sizes.count);
    }

    @Override
    public void close() {
        loader.close();
    }
}
