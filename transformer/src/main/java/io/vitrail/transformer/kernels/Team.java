package io.vitrail.transformer.kernels;

import io.vitrail.transformer.DjlEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
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

    /**
     * Does all parts, from 0 on. Each thread begins with a region of its own, as many parts as the others', and takes these in
     * their order, so that what they read is read on; then it takes what others have left.
     */
    void share(int parts, IntConsumer work) {
        if (parts <= 1 || helpers.isEmpty() || !lock.tryLock()) {
            for (int part = 0; part < parts; part++) {
                work.accept(part);
            }
            return;
        }
        try {
            Job shared = new Job(parts, size(), work);
            job = shared;
            wake();
            shared.help(0);
            shared.awaitEnd();
        } finally {
            job = Job.NONE; // what was done may hold a model's weights
            wake();
            lock.unlock();
        }
    }

    /** Work on things in a row, from the first to before the end. */
    interface Range {
        void on(int first, int end);
    }

    /** The same with so many things, about as many of them in each part. */
    void share(int things, int parts, Range work) {
        share(parts, part -> work.on(begin(things, part, parts), begin(things, part + 1, parts)));
    }

    private static int begin(int things, int part, int parts) {
        return (int) ((long) things * part / parts);
    }

    private void wake() {
        for (Helper helper : helpers) {
            helper.wake();
        }
    }

    private static final class Job {
        private static final int TURNS = 10_000;

        /** Counters that different threads change, and the array's length, by two lines of the cache: else threads wait. */
        private static final int APART = 32;

        private static final Job NONE = new Job(0, 1, part -> {});

        private final int parts;
        private final int regions;
        private final IntConsumer work;
        private final AtomicIntegerArray taken;
        private final AtomicInteger done = new AtomicInteger();
        private volatile Throwable failure;

        Job(int parts, int regions, IntConsumer work) {
            this.parts = parts;
            this.regions = regions;
            this.work = work;
            taken = new AtomicIntegerArray((regions + 2) * APART);
        }

        /** @param own region, to begin with */
        void help(int own) {
            for (int i = 0; i < regions && done.get() < parts; i++) {
                int finished = finish((own + i) % regions);
                if (finished > 0) {
                    done.getAndAdd(finished);
                }
            }
        }

        /** Does what nobody has taken of a region: so many parts. */
        private int finish(int region) {
            int first = begin(parts, region, regions);
            int count = begin(parts, region + 1, regions) - first;
            int finished = 0;
            for (int part = take(region, count); part < count; part = take(region, count)) {
                try {
                    work.accept(first + part);
                } catch (RuntimeException | Error e) {
                    failure = e;
                }
                finished++;
            }
            return finished;
        }

        private int take(int region, int count) {
            int counter = (region + 1) * APART;
            return taken.get(counter) < count ? taken.getAndIncrement(counter) : count;
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
        private final int region;
        private volatile boolean asleep;

        Helper(Team team, int number) {
            super(null, null, "vitrail-step-" + number, 0, false);
            this.team = team;
            region = number + 1; // the caller's is the first
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
                        job.help(region);
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
