package io.vitrail.transformer;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** DJL's PyTorch engine, started once and quietly. Everything of this library that needs it asks here. */
public final class DjlEngine {
    static {
        if (System.getProperty("OPT_OUT_TRACKING") == null) {
            System.setProperty("OPT_OUT_TRACKING", "true"); // else DJL reports its start to remote addresses, and waits
        }
    }

    private static final String THREADS = "ai.djl.pytorch.num_threads";
    private static final FutureTask<Engine> ENGINE = new FutureTask<>(DjlEngine::start);
    private static boolean started;

    private DjlEngine() {}

    /** Its name in DJL. Asking for it starts nothing, but quietens a start that the caller's own DJL code brings about. */
    public static String name() {
        return "PyTorch";
    }

    /**
     * How many threads share the work of one operation, in the whole program. Without it, or DJL's property
     * {@code ai.djl.pytorch.num_threads}, or {@code OMP_NUM_THREADS}, one for each physical core, but no more than the JVM has
     * processors.
     *
     * @throws IllegalStateException if the engine has been started: threads that have computed would keep their number
     */
    public static synchronized void useThreads(int threads) {
        Check.that(threads >= 1, "At least 1 thread must compute, not %d.", threads);
        Check.state(
                !started, "PyTorch has been started already. Call useThreads before anything else of this library.");
        System.setProperty(THREADS, Integer.toString(threads));
    }

    /** How many threads share the work of one operation; starts the engine. */
    public static int threads() {
        get();
        return JniUtils.getNumThreads();
    }

    private static Engine start() {
        synchronized (DjlEngine.class) {
            started = true;
        }
        Engine engine = load();
        int threads = JniUtils.getNumThreads();
        boolean byEnvironment = System.getenv("OMP_NUM_THREADS") != null || System.getenv("MKL_NUM_THREADS") != null;
        int processors = Runtime.getRuntime().availableProcessors(); // a container's quota, which OpenMP doesn't know
        int wanted = Integer.getInteger(THREADS, byEnvironment ? threads : Math.min(threads, processors));
        if (wanted != threads) {
            JniUtils.setNumThreads(wanted);
        }
        return engine;
    }

    /** DJL asks the thread's context class loader for engines; another application's would give that one's. */
    private static Engine load() {
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        thread.setContextClassLoader(DjlEngine.class.getClassLoader());
        try {
            return Engine.getEngine(name());
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    /**
     * The engine; the first call loads its natives, unless {@link #begin()} did.
     *
     * @throws NativesException if another class loader uses the natives, or they can't be unpacked
     */
    public static Engine get() {
        ENGINE.run(); // once; while another thread runs it, the next line waits
        try {
            return ENGINE.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CallException.interrupted();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    private static RuntimeException failure(Throwable cause) {
        if (cause.getCause() instanceof UnsatisfiedLinkError error
                && String.valueOf(error.getMessage()).contains("already loaded in another classloader")) {
            return NativesException.elsewhere(error);
        }
        if (cause instanceof EngineException && cause.getCause() instanceof IOException unwritten) {
            return NativesException.unpacking(unwritten);
        }
        return cause instanceof RuntimeException exception ? exception : new IllegalStateException(cause);
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
