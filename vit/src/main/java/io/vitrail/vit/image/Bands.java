package io.vitrail.vit.image;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;

/**
 * Runs work on rows in several threads where there is enough of it; which thread does which rows doesn't change the
 * result.
 */
final class Bands {
    /** Multiplications below which a second thread costs more than it gains: about a millisecond. */
    private static final long WORTH_A_THREAD = 2_000_000;

    private Bands() {}

    /** Work on the rows from the first to the one behind the last. */
    interface Rows {
        void run(int from, int to);
    }

    /** @param multiplications of all rows together */
    static void run(int rows, long multiplications, Rows work) {
        int threads = ForkJoinPool.getCommonPoolParallelism() + 1;
        long bands = Math.min(multiplications / WORTH_A_THREAD, 4L * threads);
        if (threads == 1 || bands < 2 || rows < 2 * bands) {
            work.run(0, rows);
            return;
        }
        List<ForkJoinTask<?>> tasks = new ArrayList<>();
        int band = (int) ((rows + bands - 1) / bands) + 1 & ~1; // even: rows are taken in pairs
        for (int from = 0; from < rows; from += band) {
            int first = from;
            tasks.add(ForkJoinTask.adapt(() -> work.run(first, Math.min(rows, first + band))));
        }
        ForkJoinTask.invokeAll(tasks);
    }
}
