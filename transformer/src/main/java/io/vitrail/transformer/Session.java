package io.vitrail.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A model with its weights, prepared for inference, and the native memory of both. Thread-safe: calls of several threads take
 * turns, since each pass uses all cores already. Closing waits for the pass that runs, and frees everything.
 *
 * @param <M> the model
 */
public final class Session<M extends TensorBlock> implements AutoCloseable {
    /** A computation within a session: whatever it makes in its manager is freed when it returns. */
    @FunctionalInterface
    public interface Work<M, R> {
        R run(M model, NDManager manager, Pass pass);
    }

    private static final long PATIENCE_SECONDS = 20;
    private static final Set<Session<?>> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Session::awaitAll, "vitrail-shutdown"));
    }

    private final M model;
    private final Operations operations;
    private final NDManager manager;
    private final ReentrantLock turn = new ReentrantLock(true);
    private boolean closed;

    /**
     * Loads and prepares a model.
     *
     * @param model without weights
     * @param load gives it its weights; they belong to the manager that it is handed
     */
    public Session(M model, Operations operations, Device device, Consumer<NDManager> load) {
        this.model = model;
        this.operations = operations;
        manager = DjlEngine.newManager(device);
        try {
            load.accept(manager);
            model.prepareFor(operations);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
        OPEN.add(this);
    }

    /** Waits for passes that run, and lets no other begin: native code must not compute while the JVM tears it down. */
    private static void awaitAll() {
        try {
            for (Session<?> session : OPEN) {
                session.turn.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS); // kept until the end
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Runs the work in a scope of its own; the result must not hold arrays.
     *
     * @throws IllegalStateException if the session is closed
     */
    public <R> R run(Work<M, R> work) {
        turn.lock();
        try {
            Check.state(!closed, "The model is closed. Keep it open until the last call has returned.");
            boolean before = JniUtils.isGradMode();
            JniUtils.setGradMode(false); // a setting of the thread: nothing is kept for gradients that nobody asks for
            try (NDManager scope = manager.newSubManager()) {
                return work.run(model, scope, Pass.inference(operations));
            } finally {
                JniUtils.setGradMode(before);
            }
        } finally {
            turn.unlock();
        }
    }

    /** The model, for what needs no tensors: labels and sizes. */
    public M model() {
        return model;
    }

    @Override
    public void close() {
        turn.lock();
        try {
            if (!closed) {
                closed = true;
                OPEN.remove(this);
                manager.close();
            }
        } finally {
            turn.unlock();
        }
    }
}
