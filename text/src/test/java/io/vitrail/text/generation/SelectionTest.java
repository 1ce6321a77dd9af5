package io.vitrail.text.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is selected without sorting is what sorting selects. */
class SelectionTest {
    private final Random random = new Random(3);

    /** Few different values, so that many are equal. */
    private float[] scores(int size) {
        float[] scores = new float[size];
        for (int i = 0; i < size; i++) {
            scores[i] = random.nextInt(20) / 4f;
        }
        return scores;
    }

    private static int[] sorted(float[] scores, Comparator<Integer> order) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(order.thenComparing(id -> id))
                .mapToInt(id -> id)
                .toArray();
    }

    @Test
    void theLargestAreTheFirstOfTheSorted() {
        for (int size = 1; size < 60; size++) {
            float[] scores = scores(size);
            int[] sorted = sorted(scores, Comparator.comparing(id -> -scores[id]));
            for (int count = 1; count <= size + 1; count++) {
                assertThat(Largest.of(scores, count).takeIds())
                        .containsExactly(Arrays.copyOf(sorted, Math.min(count, size)));
            }
        }
    }

    @Test
    void runningSumsEndWhereThoseOfTheSortedDo() {
        for (int size = 0; size < 60; size++) {
            float[] keys = scores(size);
            double[] weights =
                    IntStream.range(0, size).mapToDouble(i -> random.nextInt(5)).toArray();
            int[] sorted = sorted(keys, Comparator.comparing(id -> keys[id]));
            for (double limit : new double[] {-1, 0, 7.5, size, 5.0 * size}) {
                int[] ids = IntStream.range(0, size).toArray();
                int count = new WeightedSelection(keys, weights, ids).count(1, sum -> sum <= limit);
                double sum = 1;
                int expected = 0;
                while (expected < size && sum + weights[sorted[expected]] <= limit) {
                    sum += weights[sorted[expected++]];
                }
                assertThat(count).isEqualTo(expected);
                assertThat(Arrays.copyOf(ids, count)).containsExactlyInAnyOrder(Arrays.copyOf(sorted, expected));
            }
        }
    }

    /** A vocabulary of today in all orders that could make a selection slow: quadratic steps would take minutes. */
    @Test
    void largeVocabulariesAreNoProblemInAnyOrder() {
        int size = 152_000;
        float[] up = new float[size];
        float[] down = new float[size];
        float[] any = new float[size];
        for (int i = 0; i < size; i++) {
            up[i] = i * 1e-5f;
            down[i] = -i * 1e-5f;
            any[i] = (float) random.nextGaussian();
        }
        for (float[] scores : new float[][] {up, down, any, new float[size]}) {
            new ProcessorChain(List.of(new TopK(size / 2), new TopP(0.9, 1), new Typical(0.9, 1)))
                    .process(History.of(1), scores);
            assertThat(LogSoftmax.max(scores)).isGreaterThan(ScoreProcessor.REMOVED);
        }
    }
}
