package io.vitrail.transformer.verify;

import java.util.Map;
import java.util.Set;

/** Carries out the calls of some families of golden cases with this library. */
public interface GoldenReplayer extends AutoCloseable {
    /** The families whose calls it knows; an unknown call within one is a failure. */
    Set<String> families();

    /** Whether the call's result depends on operations and precision; what doesn't is run once. */
    boolean computesWithOperations(GoldenCall call);

    /**
     * Carries out one call.
     *
     * @param inputs tensors by argument name
     * @throws RuntimeException if it can't: the call has failed
     */
    Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path);

    /** Frees what is kept from call to call, such as a loaded checkpoint. */
    @Override
    void close();

    /** The operations that a call is replayed with. */
    enum Path {
        READABLE,
        FAST,
        FAST_BF16
    }
}
