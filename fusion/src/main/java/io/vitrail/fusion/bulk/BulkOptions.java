package io.vitrail.fusion.bulk;

import io.vitrail.transformer.Check;

/**
 * How much bulk work does at once.
 *
 * @param threads that decode
 * @param batch items that go through the model together, at most
 * @param window items that are taken and not yet delivered, at most: it bounds the memory. At least the batch; twice
 *     the batch lets the next be decoded while one is computed.
 */
public record BulkOptions(int threads, int batch, int window) {
    /** A thread for each processor, batches of 8, twice as many in memory. */
    public static final BulkOptions DEFAULT =
            new BulkOptions(Runtime.getRuntime().availableProcessors(), 8, 16);

    public BulkOptions {
        Check.that(threads >= 1 && threads <= 1024, "Bulk work needs 1 to 1024 threads, not %d.", threads);
        Check.that(batch >= 1, "A batch needs at least 1 item, not %d.", batch);
        Check.that(window >= batch, "The window (%d) must hold a batch (%d).", window, batch);
    }

    public BulkOptions withThreads(int other) {
        return new BulkOptions(other, batch, window);
    }

    /** Batches of that many items, and room for two of them. */
    public BulkOptions withBatch(int items) {
        return new BulkOptions(threads, items, Math.multiplyExact(2, items));
    }

    public BulkOptions withWindow(int items) {
        return new BulkOptions(threads, batch, items);
    }
}
