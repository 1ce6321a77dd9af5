package io.vitrail.text.generation;

/** Random numbers that one seed gives on every machine and version of Java: SplitMix64 (Steele et al. 2014, figure 16). */
final class RandomStream {
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1.0p-53;

    private long state;

    /** @param number each number has a stream of its own */
    RandomStream(long seed, long number) {
        state = mix(seed) + mix(number + GOLDEN_RATIO);
    }

    /** At least 0, less than 1. */
    double next() {
        state += GOLDEN_RATIO;
        return (mix(state) >>> 11) * UNIT;
    }

    private static long mix(long bits) {
        long z = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
