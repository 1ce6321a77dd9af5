package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import io.vitrail.transformer.training.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Batches of rows of tokens. Rows of like lengths go together, so that little is padding: an epoch is a shuffle of all rows,
 * each stretch of which is sorted by length and cut into batches, whose order is a shuffle again. Seed and epoch decide it.
 */
final class TokenBatches {
    private static final int STRETCH = 50; // batches
    private static final long ROWS = -1;
    private static final long GROUPS = -2;

    private final int[] lengths;
    private final int batch;
    private final Maker maker;

    /** Makes the arrays of a batch. */
    @FunctionalInterface
    interface Maker {
        /**
         * @param rows their numbers
         * @param scope owns the arrays
         */
        Learned of(int[] rows, int epoch, NDManager scope);
    }

    /** What the model reads, and what the loss compares its answer with. */
    record Learned(NDList data, NDList labels) {}

    /** @param lengths of the rows, in tokens */
    TokenBatches(int[] lengths, int batch, Maker maker) {
        this.lengths = lengths.clone();
        this.batch = batch;
        this.maker = maker;
    }

    int count() {
        return (lengths.length + batch - 1) / batch;
    }

    /** An epoch's batches from a first one on; each has a manager of its own below the given one. */
    Iterable<Batch> epoch(long seed, int epoch, int first, NDManager manager) {
        List<int[]> groups = shuffled(seed, epoch);
        return () -> IntStream.range(first, groups.size())
                .mapToObj(number -> batch(groups, number, epoch, manager))
                .iterator();
    }

    /** All rows once, sorted by length. */
    Iterable<Batch> sorted(NDManager manager) {
        List<int[]> groups =
                cut(byLength(IntStream.range(0, lengths.length).boxed().toList()));
        return () -> IntStream.range(0, groups.size())
                .mapToObj(number -> batch(groups, number, -1, manager))
                .iterator();
    }

    private Batch batch(List<int[]> groups, int number, int epoch, NDManager manager) {
        NDManager scope = manager.newSubManager();
        int[] rows = groups.get(number);
        Learned learned = maker.of(rows, epoch, scope);
        return new Batch(
                scope,
                learned.data,
                learned.labels,
                rows.length,
                Batchifier.STACK,
                Batchifier.STACK,
                number,
                groups.size());
    }

    private List<int[]> shuffled(long seed, int epoch) {
        List<Integer> rows =
                new ArrayList<>(IntStream.range(0, lengths.length).boxed().toList());
        Collections.shuffle(rows, new Random(Seeds.random(seed, epoch, ROWS).nextLong()));
        List<int[]> groups = new ArrayList<>();
        int stretch = Math.multiplyExact(STRETCH, batch);
        for (int start = 0; start < rows.size(); start += stretch) {
            groups.addAll(cut(byLength(rows.subList(start, Math.min(start + stretch, rows.size())))));
        }
        Collections.shuffle(groups, new Random(Seeds.random(seed, epoch, GROUPS).nextLong()));
        return groups;
    }

    private List<Integer> byLength(List<Integer> rows) {
        return rows.stream()
                .sorted(Comparator.comparingInt(
                        row -> -lengths[row])) // the longest first: memory that suffices once does
                .toList();
    }

    private List<int[]> cut(List<Integer> rows) {
        List<int[]> groups = new ArrayList<>();
        for (int start = 0; start < rows.size(); start += batch) {
            List<Integer> group = rows.subList(start, Math.min(start + batch, rows.size()));
            groups.add(group.stream().mapToInt(Integer::intValue).toArray());
        }
        return groups;
    }

    /** Rows filled up behind to the longest: [rows, longest], int64. */
    static NDArray padded(List<long[]> rows, long filler, NDManager scope) {
        int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
        long[] all = new long[Math.multiplyExact(rows.size(), longest)];
        Arrays.fill(all, filler);
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * longest, rows.get(i).length);
        }
        return scope.create(all, new Shape(rows.size(), longest));
    }

    /** 1 for the tokens of rows and 0 for what fills them up: [rows, longest], int64. */
    static NDArray real(List<long[]> rows, NDManager scope) {
        List<long[]> ones = rows.stream()
                .map(row -> {
                    long[] one = new long[row.length];
                    Arrays.fill(one, 1);
                    return one;
                })
                .toList();
        return padded(ones, 0, scope);
    }
}
