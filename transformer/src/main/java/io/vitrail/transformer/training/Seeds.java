package io.vitrail.transformer.training;

import java.util.SplittableRandom;

/** Random numbers of their own for every epoch and position, so that none depends on the order of threads. */
public final class Seeds {
    private static final long ODD_1 = 0x9E3779B97F4A7C15L;
    private static final long ODD_2 = 0xC2B2AE3D27D4EB4FL;

    private Seeds() {}

    public static SplittableRandom random(long seed, long epoch, long position) {
        return new SplittableRandom(mix(mix(seed + ODD_1 * (epoch + 1)) + ODD_2 * (position + 2)));
    }

    /** The numbers from 0 to below a size in random order (Durstenfeld 1964). */
    public static int[] permutation(int size, SplittableRandom random) {
        int[] numbers = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            numbers[i] = numbers[j];
            numbers[j] = i;
        }
        return numbers;
    }

    /** Scatters the bits (Stafford 2011, variant 13). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
