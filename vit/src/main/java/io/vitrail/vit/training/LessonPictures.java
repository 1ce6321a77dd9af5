package io.vitrail.vit.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.BatchLoader;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import java.util.Iterator;
import java.util.SplittableRandom;

/**
 * The batches of an image classification, prepared in background threads: pixels [batch, 3, side, side], and as labels
 * probabilities [batch, classes]. What a batch holds is decided by seed, epoch and number alone. An epoch's last batch
 * may be smaller.
 */
final class LessonPictures implements AutoCloseable {
    private final ReadPictures pictures;
    private final Options options;
    private final BatchLoader loader;

    /**
     * @param processor that only normalises
     * @param side of what the model sees
     */
    record Options(int batch, int classes, int side, ImageProcessor processor, PictureVariation variation, long seed) {}

    LessonPictures(ReadPictures pictures, Options options, int threads) {
        Check.that(pictures.size() > 0, "No picture to learn from could be read.");
        this.pictures = pictures;
        this.options = options;
        loader = new BatchLoader(threads);
    }

    int size() {
        return pictures.size();
    }

    int batches() {
        return (pictures.size() + options.batch - 1) / options.batch;
    }

    private record Prepared(int count, float[] pixels, float[] labels) {}

    /** @param manager parent of the batches' own managers */
    Iterable<Batch> epoch(int epoch, int first, NDManager manager) {
        int[] order = Seeds.permutation(pictures.size(), Seeds.random(options.seed, epoch, -1));
        return () -> {
            Iterator<Prepared> prepared = loader.load(first, batches(), number -> prepare(order, epoch, number));
            return new Iterator<>() {
                private int number = first;

                @Override
                public boolean hasNext() {
                    return prepared.hasNext();
                }

                @Override
                public Batch next() {
                    return batch(prepared.next(), number++, manager);
                }
            };
        };
    }

    private Batch batch(Prepared prepared, int number, NDManager manager) {
        NDManager scope = manager.newSubManager();
        int count = prepared.count;
        NDArray pixels = scope.create(prepared.pixels, new Shape(count, 3, options.side, options.side));
        NDArray labels = scope.create(prepared.labels, new Shape(count, options.classes));
        return new Batch(
                scope,
                new NDList(pixels),
                new NDList(labels),
                count,
                Batchifier.STACK,
                Batchifier.STACK,
                number,
                batches());
    }

    private Prepared prepare(int[] order, int epoch, int number) {
        int first = number * options.batch;
        int count = Math.min(options.batch, order.length - first);
        int size = 3 * options.side * options.side;
        float[] pixels = new float[count * size];
        float[] labels = new float[count * options.classes];
        for (int i = 0; i < count; i++) {
            int picture = order[first + i];
            SplittableRandom random = Seeds.random(options.seed, epoch, first + i);
            System.arraycopy(pixels(picture, random), 0, pixels, i * size, size);
            labels[i * options.classes + pictures.label(picture)] = 1;
        }
        SplittableRandom random = Seeds.random(options.seed, epoch, order.length + number);
        options.variation.mixing().apply(pixels, labels, count, options.side, random);
        return new Prepared(count, pixels, labels);
    }

    private float[] pixels(int number, SplittableRandom random) {
        StandardAugmentation augmentation = options.variation.augmentation();
        Picture square = augmentation.square(pictures.picture(number), options.side, random);
        float[] planes = options.processor.pixels(Image.fromPixels(square.rgb(), square.width(), square.height()));
        augmentation.erasing().apply(planes, 0, options.side, random);
        return planes;
    }

    @Override
    public void close() {
        loader.close();
    }
}
