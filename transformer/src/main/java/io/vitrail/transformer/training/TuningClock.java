package io.vitrail.transformer.training;

import java.time.Duration;

/** Measures how long the steps of a training take, and how much is left. */
final class TuningClock {
    private static final double MEMORY = 0.95;

    private final Duration budget;
    private long trainedNanos;
    private long lastEnd = System.nanoTime();
    private long lastSaved = System.nanoTime();
    private boolean going;
    private double nanosPerEffort;
    private double toDo;
    private double examplesPerSecond;

    /** @param budget for all steps */
    TuningClock(Duration budget) {
        this.budget = budget;
    }

    void resume(double seconds) {
        trainedNanos = Math.round(seconds * 1e9);
    }

    /** @param effort of all steps to come, in the lesson's measure */
    void expect(double effort) {
        toDo = effort;
    }

    /** What comes now, such as an evaluation, is no step. */
    void pause() {
        going = false;
    }

    /** Waiting for the examples between two steps counts; the first step after a pause has none. */
    void begin() {
        if (!going) {
            lastEnd = System.nanoTime();
        }
    }

    /** @param effort of the step */
    void end(double examples, double effort) {
        long now = System.nanoTime();
        long nanos = Math.max(1, now - lastEnd);
        boolean first = nanosPerEffort == 0;
        double cost = nanos / effort;
        nanosPerEffort = first ? cost : MEMORY * nanosPerEffort + (1 - MEMORY) * cost;
        double speed = examples * 1e9 / nanos;
        examplesPerSecond = first ? speed : MEMORY * examplesPerSecond + (1 - MEMORY) * speed;
        toDo -= effort;
        lastEnd = now;
        trainedNanos += nanos;
        going = true;
    }

    void saved() {
        lastSaved = System.nanoTime();
    }

    Duration sinceSaved() {
        return Duration.ofNanos(System.nanoTime() - lastSaved);
    }

    Duration trained() {
        return Duration.ofNanos(trainedNanos);
    }

    double seconds() {
        return trainedNanos / 1e9;
    }

    double examplesPerSecond() {
        return examplesPerSecond;
    }

    boolean isLate() {
        return trained().compareTo(budget) >= 0;
    }

    /** An estimate; no longer than the budget. */
    Duration left() {
        Duration left = Duration.ofNanos((long) (toDo * nanosPerEffort));
        Duration most = isLate() ? Duration.ZERO : budget.minus(trained());
        return left.compareTo(most) < 0 ? left : most;
    }
}
