package io.vitrail.vit.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.BatchLoader;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Seeds;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The batches of training, prepared by background threads a few ahead. What a batch holds is decided by seed, epoch
 * and number alone. Pixels are [batch, 3, side, side], labels as {@link CrossEntropy} takes them: probabilities [batch, classes],
 * and where sharp pictures have rivals ({@link TrainingSet#sharpRivals()}) also the classes in question; all belong to the
 * batch's own manager, and all that is computed from them with it: closing the batch frees it. {@link #close()} ends
 * the threads.
 */
public final class PictureBatches implements AutoCloseable {
    private final List<TrainingSet> sets;
    private final Options options;
    private final BatchLoader loader;

    /**
     * @param batch pictures in a batch
     * @param classes number of classes
     * @param mixing mixes pictures of a batch
     * @param normalization of the pixels
     * @param seed decides order and augmentation
     * @param threads number of background threads
     */
    public record Options(int batch, int classes, Mixing mixing, Normalization normalization, long seed, int threads) {
        public Options {
            Check.that(batch > 0, "batch must be positive, not %d", batch);
            Check.that(classes > 1, "there must be at least 2 classes, not %d", classes);
        }
    }

    /**
     * One of them.
     *
     * @param number from 0
     * @param side height and width of the pictures
     */
    public record Epoch(int number, int side) {}

    public PictureBatches(List<TrainingSet> sets, Options options) {
        this.sets = List.copyOf(sets);
        this.options = options;
        sets.forEach(this::checkLabels);
        Check.that(perEpoch() > 0, "an epoch has fewer pictures than a batch (%d)", options.batch);
        loader = new BatchLoader(options.threads);
    }

    private void checkLabels(TrainingSet set) {
        for (int label : set.pictures().labels()) {
            Check.that(
                    label >= PictureSet.NO_CLASS && label < options.classes,
                    "%s: label %d is not below the %d classes",
                    set.pictures().name(),
                    label,
                    options.classes);
        }
        for (int rival : set.sharpRivals()) {
            Check.that(
                    rival >= 0 && rival < options.classes,
                    "%s: rival %d is not below the %d classes",
                    set.pictures().name(),
                    rival,
                    options.classes);
        }
    }

    /** Whole batches only: an epoch's last few pictures are left out. */
    public int perEpoch() {
        return sets.stream().mapToInt(TrainingSet::draws).sum() / options.batch;
    }

    /**
     * One epoch.
     *
     * @param first batch, where a resumed training begins
     * @param manager parent of the batches' own managers
     */
    public Iterable<Batch> epoch(Epoch epoch, int first, NDManager manager) {
        return () -> new Batches(manager, epoch, first);
    }

    @Override
    public void close() {
        loader.close();
    }

    /** The memory of a batch's pixels, used again and again: the numbers, and their copy that the engine reads. */
    private record Memory(float[] pixels, ByteBuffer engines) {
        static Memory of(int size) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(Float.BYTES * size).order(ByteOrder.nativeOrder());
            return new Memory(new float[size], bytes);
        }
    }

    /** @param candidates 1 for the classes that a picture is told apart from */
    private record Prepared(Memory memory, float[] labels, float[] candidates) {}

    /** Batches in order, the next few in preparation. */
    private final class Batches implements Iterator<Batch> {
        private final NDManager manager;
        private final int epoch;
        private final int side;
        private final EpochOrder order;
        private final Queue<Memory> free = new ConcurrentLinkedQueue<>();
        private final Iterator<Prepared> coming;
        private int delivered;

        Batches(NDManager manager, Epoch epoch, int first) {
            this.manager = manager;
            this.epoch = epoch.number;
            side = epoch.side;
            order = new EpochOrder(sets, options.seed, epoch.number);
            delivered = first;
            coming = loader.load(first, perEpoch(), this::prepare);
        }

        @Override
        public boolean hasNext() {
            return coming.hasNext();
        }

        @Override
        public Batch next() {
            Prepared prepared = coming.next();
            NDManager scope = manager.newSubManager();
            Shape shape = new Shape(options.batch, 3, side, side);
            NDArray pixels = scope.create(prepared.memory.engines, shape, DataType.FLOAT32); // not copied
            Shape rows = new Shape(options.batch, options.classes);
            NDList labels = new NDList(scope.create(prepared.labels, rows));
            if (sets.stream().anyMatch(set -> !set.sharpRivals().isEmpty())) {
                labels.add(scope.create(prepared.candidates, rows));
            }
            return new Lent(scope, pixels, labels, delivered++, prepared.memory);
        }

        private Prepared prepare(int number) {
            int pictureSize = 3 * side * side;
            Memory reused = free.poll();
            Memory memory = reused == null ? Memory.of(options.batch * pictureSize) : reused;
            float[] pixels = memory.pixels;
            float[] labels = new float[options.batch * options.classes];
            float[] candidates = new float[options.batch * options.classes];
            Augmenter augmenter = new Augmenter(side, options.normalization);
            for (int i = 0; i < options.batch; i++) {
                int position = number * options.batch + i;
                TrainingSet set = sets.get(order.set(position));
                int picture = order.picture(position);
                SplittableRandom random = Seeds.random(options.seed, epoch, position);
                boolean sharp = augmenter.apply(set, picture, random, pixels, i * pictureSize);
                int row = i * options.classes;
                label(set.pictures().labels().get(picture), labels, row);
                consider(sharp ? set.sharpRivals() : Set.of(), candidates, row);
            }
            int end = perEpoch() * options.batch;
            SplittableRandom random = Seeds.random(options.seed, epoch, end + number);
            options.mixing.apply(pixels, labels, options.batch, side, random);
            considerTargets(labels, candidates);
            memory.engines.asFloatBuffer().put(pixels);
            return new Prepared(memory, labels, candidates);
        }

        private void label(int number, float[] labels, int start) {
            if (number == PictureSet.NO_CLASS) {
                Arrays.fill(labels, start, start + options.classes, 1f / options.classes);
            } else {
                labels[start + number] = 1;
            }
        }

        private void consider(Set<Integer> rivals, float[] candidates, int start) {
            if (rivals.isEmpty()) {
                Arrays.fill(candidates, start, start + options.classes, 1);
            }
            rivals.forEach(rival -> candidates[start + rival] = 1);
        }

        /** A mixed picture may be of a class that wasn't in question. */
        private void considerTargets(float[] labels, float[] candidates) {
            for (int i = 0; i < labels.length; i++) {
                candidates[i] = labels[i] > 0 ? 1 : candidates[i];
            }
        }

        /** A batch that gives its pixels' memory back when it is closed. */
        private final class Lent extends Batch {
            private final Memory memory;
            private boolean closed;

            Lent(NDManager scope, NDArray pixels, NDList labels, int number, Memory memory) {
                super(
                        scope,
                        new NDList(pixels),
                        labels,
                        options.batch,
                        Batchifier.STACK,
                        Batchifier.STACK,
                        number,
                        perEpoch());
                this.memory = memory;
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    super.close();
                    free.add(memory);
                }
            }
        }
    }
}
