package io.vitrail.transformer.kernels;

import io.vitrail.transformer.DjlEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * Threads that share work of a few microseconds: the caller, and helpers that look for work without being woken as long as it
 * comes often. As many as the engine uses. Thread-safe: of several callers at a time one has the helpers, the others work alone.
 */
final class Team {
    private static final Team SHARED = new Team(DjlEngine.threads() - 1);
    private static final long PATIENCE = 1_000_000; // nanoseconds without work until a helper sleeps

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Helper> helpers = new ArrayList<>();
    private volatile Job job = Job.NONE;

    private Team(int count) {
        for (int i = 0; i < count; i++) {
            Helper helper = new Helper(this, i);
            try {
                helper.start();
            } catch (OutOfMemoryError e) { // of threads: those that have begun will do
                break;
            }
            helpers.add(helper);
        }
    }

    /** The program's. */
    static Team shared() {
        return SHARED;
    }

    /** How many work at a time. */
    int size() {
        return helpers.size() + 1;
    }

    /** Does all parts, from 0 on, in any order and by any of the threads. */
    void share(int parts, IntConsumer work) {
        if (parts <= 1 || helpers.isEmpty() || !lock.tryLock()) {
            for (int part = 0; part < parts; part++) {
                work.accept(part);
            }
            return;
        }
        try {
            Job shared = new Job(parts, work);
            job = shared;
            for (Helper helper : helpers) {
                helper.wake();
            }
            shared.help();
            shared.awaitEnd();
        } finally {
            job = Job.NONE; // what was done may hold a model's weights
            lock.unlock();
        }
    }

    private static final class Job {
        private static final int TURNS = 10_000;
        private static final Job NONE = new Job(0, part -> {});

        private final int parts;
        private final IntConsumer work;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile Throwable failure;

        Job(int parts, IntConsumer work) {
            this.parts = parts;
            this.work = work;
        }

        void help() {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                try {
                    work.accept(part);
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.getAndIncrement();
                }
            }
        }

        void awaitEnd() {
            for (int turns = 0; done.get() < parts; turns++) {
                if (turns < TURNS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield(); // the helper may be waiting for this core
                }
            }
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw (RuntimeException) failure;
            }
        }
    }

    private static final class Helper extends Thread {
        private final Team team;
        private volatile boolean asleep;

        Helper(Team team, int number) {
            super(null, null, "vitrail-step-" + number, 0, false);
            this.team = team;
            setDaemon(true);
            setContextClassLoader(null); // the first caller's would be held for ever
        }

        void wake() {
            if (asleep) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            Job last = team.job;
            long since = System.nanoTime();
            while (true) {
                Job job = team.job;
                if (job != last) {
                    last = job;
                    if (job != Job.NONE) {
                        job.help();
                    }
                    since = System.nanoTime();
                } else if (System.nanoTime() - since > PATIENCE) {
                    sleep(last);
                    since = System.nanoTime();
                } else {
                    Thread.onSpinWait();
                }
            }
        }

        private void sleep(Job last) {
            asleep = true;
            while (team.job == last) {
                LockSupport.park(this);
                Thread.interrupted(); // else it wouldn't sleep again
            }
            asleep = false;
        }
    }
}
