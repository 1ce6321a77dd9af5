package io.vitrail.transformer;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** DJL's PyTorch engine, started once and quietly. Everything of this library that needs it asks here. */
public final class DjlEngine {
    static {
        if (System.getProperty("OPT_OUT_TRACKING") == null) {
            System.setProperty("OPT_OUT_TRACKING", "true"); // else DJL reports its start to remote addresses, and waits
        }
    }

    private static final FutureTask<Engine> ENGINE = new FutureTask<>(() -> Engine.getEngine(name()));

    private DjlEngine() {}

    /** Its name in DJL. Asking for it starts nothing, but quietens a start that the caller's own DJL code brings about. */
    public static String name() {
        return "PyTorch";
    }

    /** The engine; the first call loads its natives, unless {@link #begin()} did. */
    public static Engine get() {
        ENGINE.run(); // once; while another thread runs it, the next line waits
        try {
            return ENGINE.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while PyTorch was starting.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    /** Has the natives loaded in the background, for a program that will need them; {@link #get()} tells of failures. */
    public static void begin() {
        Thread thread = new Thread(ENGINE, "vitrail-engine");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many GPUs the engine can compute on: none where its natives are for the CPU only. */
    public static int gpus() {
        return get().hasCapability(StandardCapabilities.CUDA) ? get().getGpuCount() : 0;
    }

    /**
     * A root of native memory on a device; the caller closes it.
     *
     * @throws IllegalArgumentException if it is a GPU that the engine can't compute on
     */
    public static NDManager newManager(Device device) {
        Check.that(
                !device.isGpu() || device.getDeviceId() < gpus(),
                "There is no %s for PyTorch: its natives that are loaded see %d GPUs with CUDA.%n"
                        + "  try:  the CPU, or natives for CUDA on the class path in place of those for the CPU.",
                device,
                gpus());
        return get().newBaseManager(device);
    }
}
