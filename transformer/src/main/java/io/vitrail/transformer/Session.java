package io.vitrail.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A model with its weights, prepared for inference, and the native memory of both. Thread-safe: calls of several threads take
 * turns in the order of their coming, since each pass uses all cores already. Closing fails the calls that wait, waits for
 * the pass that runs, and frees everything.
 *
 * @param <M> the model
 */
public final class Session<M extends TensorBlock> implements AutoCloseable {
    /** A computation within a session: whatever it makes in its manager is freed when it returns. */
    @FunctionalInterface
    public interface Work<M, R> {
        R run(M model, NDManager manager, Pass pass);
    }

    private static final long SECONDS_TO_FINISH = 20;

    private final M model;
    private final Operations operations;
    private final NDManager manager;
    private final Adapter adapter;
    private final Session<M> whole; // that this one shares its model with; usually itself
    private final Semaphore turns;
    private final Set<Thread> within;
    private volatile int passes = 1;
    private volatile boolean closed;

    /**
     * Loads and prepares a model.
     *
     * @param model without weights
     * @param load gives it its weights; they belong to the manager that it is handed
     */
    public Session(M model, Operations operations, Device device, Consumer<NDManager> load) {
        this.model = model;
        this.operations = operations;
        adapter = Adapter.NONE;
        whole = this;
        turns = new Semaphore(1, true);
        within = ConcurrentHashMap.newKeySet();
        manager = DjlEngine.newManager(device);
        try {
            load.accept(manager);
            model.prepareFor(operations);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
        OpenSessions.add(this);
    }

    private Session(Session<M> whole, Adapter adapter) {
        model = whole.model;
        operations = whole.operations;
        manager = whole.manager;
        this.adapter = adapter;
        this.whole = whole;
        turns = whole.turns;
        within = whole.within;
    }

    /**
     * The same model changed by an adapter, in whose passes only it is; {@link Adapter#NONE} gives the plain model. Both share
     * weights and turns. Closing the one that is returned does nothing; this one's closing closes both.
     */
    public Session<M> with(Adapter change) {
        return new Session<>(whole, change);
    }

    /** What its passes compute with. */
    public Operations operations() {
        return operations;
    }

    /** Lets no other pass begin, and waits for those that run, though not for ever. */
    void finish() {
        closed = true;
        try {
            int running = passes;
            if (turns.tryAcquire(running, SECONDS_TO_FINISH, TimeUnit.SECONDS)) {
                turns.release(running);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Lets several passes compute at the same time from now on, instead of one. It pays where a pass doesn't use all cores:
     * {@link DjlEngine#useThreads} then divides the cores among the passes.
     */
    public void admit(int count) {
        Check.that(count >= 1, "At least 1 pass must be let in, not %d.", count);
        checkOutside();
        synchronized (turns) {
            turns.acquireUninterruptibly(whole.passes);
            whole.passes = count;
            turns.release(count);
        }
    }

    /** How many passes may compute at the same time. */
    public int passes() {
        return whole.passes;
    }

    /**
     * Runs the work in a scope of its own; the result must not hold arrays. Waits for its turn however long that takes.
     *
     * @throws CallException if the session is closed
     */
    public <R> R run(Work<M, R> work) {
        checkOutside();
        turns.acquireUninterruptibly();
        return inTurn(work);
    }

    /**
     * The same for a caller that doesn't wait forever. A pass that has begun ends first; its result is then dropped.
     *
     * @throws CallException if the session is closed, the thread is interrupted or the time is over
     */
    public <R> R run(Patience patience, Work<M, R> work) {
        R result = runForOthers(patience, work);
        patience.check();
        return result;
    }

    /**
     * The same where others want the result too: once it is computed it is given back, even if the patience is over by then.
     *
     * @throws CallException if the session is closed, or the patience is over before the turn has come
     */
    public <R> R runForOthers(Patience patience, Work<M, R> work) {
        checkOutside();
        patience.take(turns);
        return inTurn(work);
    }

    private void checkOutside() {
        Check.state(!within.contains(Thread.currentThread()), "A pass can't wait for another one of its own session.");
    }

    private <R> R inTurn(Work<M, R> work) {
        within.add(Thread.currentThread());
        try {
            if (whole.closed) {
                throw CallException.closed();
            }
            boolean before = JniUtils.isGradMode();
            JniUtils.setGradMode(false); // a setting of the thread: nothing is kept for gradients that nobody asks for
            try (NDManager scope = manager.newSubManager()) {
                Pass pass = Pass.inference(operations);
                return work.run(model, scope, adapter == Adapter.NONE ? pass : pass.withAdapter(adapter));
            } finally {
                JniUtils.setGradMode(before);
            }
        } finally {
            within.remove(Thread.currentThread());
            turns.release();
        }
    }

    /**
     * A manager for what outlives a pass, such as a decoder's cache; the caller closes it. Closing the session closes it too.
     *
     * @throws CallException if the session is closed
     */
    public NDManager newScope() {
        synchronized (turns) {
            if (whole.closed) {
                throw CallException.closed();
            }
            return manager.newSubManager();
        }
    }

    /** Closes a manager that {@link #newScope} made when no pass runs: it may compute with the manager's arrays. */
    public void free(NDManager scope) {
        checkOutside();
        alone(scope::close);
    }

    private void alone(Runnable work) {
        synchronized (turns) {
            turns.acquireUninterruptibly(whole.passes);
            try {
                work.run();
            } finally {
                turns.release(whole.passes);
            }
        }
    }

    /** The model, for what needs no tensors: labels and sizes. */
    public M model() {
        return model;
    }

    @Override
    public void close() {
        if (whole != this) {
            return;
        }
        checkOutside();
        closed = true;
        alone(() -> {
            if (OpenSessions.remove(this)) {
                manager.close();
            }
        });
    }
}
