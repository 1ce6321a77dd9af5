package io.vitrail.transformer.verify;

import ai.djl.Device;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
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
        /** Fast, and decoders of any size write token by token as large ones do. */
        STEPS,
        FAST_BF16,
        FAST_INT8;

        /** The operations on the CPU; starts the engine. */
        public Operations operations() {
            DjlEngine.get();
            return switch (this) {
                case READABLE -> ReadableOperations.INSTANCE;
                case FAST -> Kernels.choose(Device.cpu(), Precision.FP32);
                case STEPS -> Kernels.choosingSteps(Device.cpu(), Precision.FP32);
                case FAST_BF16 -> Kernels.choose(Device.cpu(), Precision.BF16);
                case FAST_INT8 -> Kernels.choose(Device.cpu(), Precision.INT8);
            };
        }

        /**
         * What ‖difference‖ / ‖expected‖ may be of each tensor in a reduced precision; 0 where the case's own tolerance
         * counts. It is for telling a mistake from rounding: 8 bits of a weight hold half a percent of their row's
         * largest.
         */
        double tolerance() {
            return switch (this) {
                case READABLE, FAST, STEPS -> 0;
                case FAST_BF16 -> 0.03;
                case FAST_INT8 -> 0.1;
            };
        }
    }
}
