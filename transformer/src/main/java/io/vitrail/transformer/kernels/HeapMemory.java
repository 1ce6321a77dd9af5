package io.vitrail.transformer.kernels;

/** How much of Java's memory a step may take: never so much that the program has none left. */
final class HeapMemory {
    private static final int KEPT = 4; // a part of so many stays free

    private HeapMemory() {}

    /** Whether so many bytes are there, besides those that stay free. What is garbage counts as taken. */
    static boolean has(long bytes) {
        Runtime runtime = Runtime.getRuntime();
        long most = runtime.maxMemory();
        long taken = runtime.totalMemory() - runtime.freeMemory();
        return bytes <= most - taken - most / KEPT;
    }
}
