package io.vitrail.transformer.kernels;

/** Which decoders have their weights in Java's memory once more, for steps of a token. */
enum Steps {
    /** Those that are large enough for it to matter, and small enough for the memory. */
    WHERE_THEY_PAY {
        @Override
        boolean pay(long weights, NumberType type) {
            return weights >= FEWEST
                    && weights * type.bytes() <= Runtime.getRuntime().maxMemory() / SHARE;
        }
    },
    /** All: to try them out with small ones. */
    ALWAYS {
        @Override
        boolean pay(long weights, NumberType type) {
            return true;
        }
    };

    private static final long FEWEST = 30_000_000;
    private static final int SHARE = 3; // of the memory: keys and values are there as well

    abstract boolean pay(long weights, NumberType type);
}
