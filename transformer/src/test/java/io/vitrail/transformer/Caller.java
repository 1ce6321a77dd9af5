package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** A call on a thread of its own, and what came of it. */
public final class Caller<R> {
    private final Thread thread;
    private R answer;
    private RuntimeException failure;
    private boolean flag;

    private Caller(Supplier<R> call) {
        thread = new Thread(() -> {
            try {
                answer = call.get();
            } catch (RuntimeException e) {
                failure = e;
            }
            flag = Thread.currentThread().isInterrupted();
        });
        thread.setDaemon(true);
        thread.start();
    }

    public static <R> Caller<R> start(Supplier<R> call) {
        return new Caller<>(call);
    }

    /** The same once it sleeps, until another thread or a time wakes it. */
    public static <R> Caller<R> startWaiting(Supplier<R> call) {
        Caller<R> caller = new Caller<>(call);
        while (caller.thread.getState() != Thread.State.WAITING
                && caller.thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(caller.thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        return caller;
    }

    /** Several, each waiting before the next begins. */
    public static <R> List<Caller<R>> startWaiting(int count, IntFunction<R> call) {
        List<Caller<R>> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            callers.add(startWaiting(() -> call.apply(index)));
        }
        return callers;
    }

    /** Waits as native code computes: an interrupt changes nothing but the thread's flag. */
    public static void await(CountDownLatch latch) {
        boolean interrupted = Thread.interrupted();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        boolean open = false;
        while (!open && System.nanoTime() < end) {
            try {
                open = latch.await(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        assertThat(open).isTrue();
    }

    public void interrupt() {
        thread.interrupt();
    }

    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Waits for the call's end. */
    public R answer() {
        join();
        assertThat(failure).isNull();
        return answer;
    }

    /** Waits for the call's end, which must be an error. */
    public RuntimeException failure() {
        join();
        assertThat(failure).as("answer: %s", answer).isNotNull();
        return failure;
    }

    /** Waits for the call's end, which must be for want of an answer. */
    public CallException.Reason reason() {
        assertThat(failure()).isInstanceOf(CallException.class);
        assertThat(flag).isEqualTo(reasonOf(failure) == CallException.Reason.INTERRUPTED);
        return reasonOf(failure);
    }

    private static CallException.Reason reasonOf(RuntimeException failure) {
        return ((CallException) failure).reason();
    }

    private void join() {
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(thread.isAlive()).isFalse();
    }
}
