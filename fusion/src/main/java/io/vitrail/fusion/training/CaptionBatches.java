package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The examples of an epoch in batches of captions of nearly one length; which, in which order and with which views, is
 * decided by seed, epoch and position alone.
 *
 * @param size examples in a batch
 * @param contextTokens of a picture
 * @param width of these
 * @param hiddenWords part of the words that the captioner isn't told as it goes on behind them (Bowman et al. 2016, "word
 *     dropout"): it has to look instead
 */
record CaptionBatches(int size, int contextTokens, int width, double hiddenWords, long seed) {
    private static final int SORTED_TOGETHER = 40;

    /** By batch, the numbers of its examples; the last ones that fill no batch are left out. */
    List<int[]> order(List<Example> examples, int epoch) {
        int[] shuffled = shuffled(examples.size(), epoch);
        List<int[]> batches = new ArrayList<>();
        int pool = size * SORTED_TOGETHER;
        for (int first = 0; first < shuffled.length; first += pool) {
            List<Integer> some = Arrays.stream(shuffled, first, Math.min(first + pool, shuffled.length))
                    .boxed()
                    .sorted(Comparator.comparingInt(
                            number -> examples.get(number).ids().length))
                    .toList();
            for (int start = 0; start + size <= some.size(); start += size) {
                batches.add(some.subList(start, start + size).stream()
                        .mapToInt(Integer::intValue)
                        .toArray());
            }
        }
        Collections.shuffle(batches, new Random(Seeds.random(seed, epoch, -1).nextLong()));
        return batches;
    }

    /** How many batches {@link #order} makes of so many examples. */
    int perEpoch(int examples) {
        return examples / size;
    }

    private int[] shuffled(int count, int epoch) {
        int[] numbers = IntStream.range(0, count).toArray();
        SplittableRandom random = Seeds.random(seed, epoch, -2);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = kept;
        }
        return numbers;
    }

    /**
     * Ids and pictures of a batch, and the ids that follow each; what is known of no picture is all zeros.
     *
     * @param manager the batch's own
     */
    Batch batch(List<Example> examples, int[] batch, long step, NDManager manager) {
        int longest = Arrays.stream(batch)
                .map(number -> examples.get(number).ids().length)
                .max()
                .orElseThrow();
        int tokens = longest - 1;
        long[] read = new long[batch.length * tokens];
        long[] next = new long[batch.length * tokens];
        Arrays.fill(next, CrossEntropy.IGNORED);
        int picture = contextTokens * width;
        float[] context = new float[batch.length * picture];
        for (int row = 0; row < batch.length; row++) {
            Example example = examples.get(batch[row]);
            SplittableRandom random = Seeds.random(seed, step, row);
            for (int i = 0; i + 1 < example.ids().length; i++) {
                boolean hidden = i > 0 && random.nextDouble() < hiddenWords;
                read[row * tokens + i] = hidden ? CaptionWords.UNKNOWN : example.ids()[i];
                next[row * tokens + i] = example.ids()[i + 1];
            }
            if (!example.pictures().isEmpty()) {
                List<float[]> views =
                        example.pictures().get(random.nextInt(example.pictures().size()));
                System.arraycopy(views.get(random.nextInt(views.size())), 0, context, row * picture, picture);
            }
        }
        Shape shape = new Shape(batch.length, tokens);
        NDArray pictures = manager.create(context, new Shape(batch.length, contextTokens, width));
        return new Batch(
                manager,
                new NDList(manager.create(read, shape), pictures),
                new NDList(manager.create(next, shape)),
                batch.length,
                Batchifier.STACK,
                Batchifier.STACK,
                step,
                perEpoch(examples.size()));
    }
}
