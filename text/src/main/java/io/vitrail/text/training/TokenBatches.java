package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import io.vitrail.transformer.training.BatchLoader;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Batches of rows of tokens. Rows of like lengths go together, so that little is padding: an epoch is a shuffle of all rows,
 * each stretch of which is sorted by length and cut into batches, whose order is a shuffle again. Seed and epoch decide it.
 * Background threads prepare them, until it is closed.
 */
final class TokenBatches implements AutoCloseable {
    private static final int STRETCH = 50; // batches
    private static final long ROWS = -1;
    private static final long GROUPS = -2;

    private final int[] lengths;
    private final int batch;
    private final Preparation preparation;
    private final BatchLoader loader;

    /** Prepares a batch, in any thread. */
    @FunctionalInterface
    interface Preparation {
        /** @param rows their numbers */
        Prepared of(int[] rows, int epoch);
    }

    /** What becomes a batch's arrays. */
    @FunctionalInterface
    interface Prepared {
        /** @param scope owns the arrays */
        Learned in(NDManager scope);
    }

    /** What the model reads, and what the loss compares its answer with. */
    record Learned(NDList data, NDList labels) {}

    /** Rows of one length, one behind the other. */
    record Rows(long[] ids, int count) {
        /** As [rows, tokens], int64. */
        NDArray in(NDManager scope) {
            return scope.create(ids, new Shape(count, ids.length / count));
        }
    }

    /**
     * Of rows that are numbered from 0.
     *
     * @param lengths of the rows, in tokens
     * @param how many rows make a batch, and threads prepare them
     */
    TokenBatches(int[] lengths, FineTuning how, Preparation preparation) {
        this.lengths = lengths.clone();
        this.batch = how.batching().batch();
        this.preparation = preparation;
        loader = new BatchLoader(how.running().threads());
    }

    int count() {
        return (lengths.length + batch - 1) / batch;
    }

    /** An epoch's batches from a first one on; each has a manager of its own below the given one. */
    Iterable<Batch> epoch(long seed, int epoch, int first, NDManager manager) {
        List<int[]> groups = shuffled(seed, epoch);
        return () -> {
            Iterator<Prepared> prepared =
                    loader.load(first, groups.size(), number -> preparation.of(groups.get(number), epoch));
            return IntStream.range(first, groups.size())
                    .mapToObj(number -> batch(prepared.next(), groups, number, manager))
                    .iterator();
        };
    }

    /** All rows once, sorted by length. */
    Iterable<Batch> sorted(NDManager manager) {
        List<int[]> groups =
                cut(byLength(IntStream.range(0, lengths.length).boxed().toList()));
        return () -> IntStream.range(0, groups.size())
                .mapToObj(number -> batch(preparation.of(groups.get(number), -1), groups, number, manager))
                .iterator();
    }

    private static Batch batch(Prepared prepared, List<int[]> groups, int number, NDManager manager) {
        NDManager scope = manager.newSubManager();
        Learned learned = prepared.in(scope);
        return new Batch(
                scope,
                learned.data,
                learned.labels,
                groups.get(number).length,
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

    /** Rows filled up behind to the longest. */
    static Rows padded(List<long[]> rows, long filler) {
        int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
        long[] all = new long[Math.multiplyExact(rows.size(), longest)];
        Arrays.fill(all, filler);
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * longest, rows.get(i).length);
        }
        return new Rows(all, rows.size());
    }

    /** 1 for the tokens of rows and 0 for what fills them up. */
    static Rows real(List<long[]> rows) {
        List<long[]> ones = rows.stream()
                .map(row -> {
                    long[] one = new long[row.length];
                    Arrays.fill(one, 1);
                    return one;
                })
                .toList();
        return padded(ones, 0);
    }

    @Override
    public void close() {
        loader.close();
    }
}
