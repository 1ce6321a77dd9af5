package io.vitrail.benchmarks;

import io.vitrail.transformer.DjlEngine;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How fast this program reads its memory. On a machine whose memory isn't equally far from all its processors, that of another program
 * can be faster or slower.
 */
final class MemorySpeed {
    private static final int ROUNDS = 5;

    private MemorySpeed() {}

    /** Bytes per second by as many threads as the engine uses, the best of some rounds: two equal halves are compared. */
    static double ofReading(int megabytes) {
        int[] some = new int[megabytes << 17];
        int[] same = new int[some.length];
        Arrays.fill(some, 1);
        Arrays.fill(same, 1);
        double best = 0;
        for (int i = 0; i < ROUNDS; i++) {
            best = Math.max(best, once(some, same));
        }
        return best;
    }

    private static double once(int[] some, int[] same) {
        int threads = DjlEngine.threads();
        long start = System.nanoTime();
        boolean equal = IntStream.range(0, threads).parallel().allMatch(thread -> {
            int from = (int) ((long) some.length * thread / threads);
            int to = (int) ((long) some.length * (thread + 1) / threads);
            return Arrays.equals(some, from, to, same, from, to);
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        return equal ? 2.0 * Integer.BYTES * some.length / seconds : 0;
    }
}
