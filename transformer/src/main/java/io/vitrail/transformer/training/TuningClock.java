package io.vitrail.transformer.training;

import java.time.Duration;

/** Measures how long the steps of a training take, and how much is left. */
final class TuningClock {
    private static final double MEMORY = 0.95;

    private long trainedNanos;
    private long lastEnd = System.nanoTime();
    private long lastSaved = System.nanoTime();
    private boolean going;
    private double nanosPerStep;
    private double examplesPerSecond;

    void resume(double seconds) {
        trainedNanos = Math.round(seconds * 1e9);
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

    void end(double examples) {
        long now = System.nanoTime();
        long nanos = Math.max(1, now - lastEnd);
        boolean first = nanosPerStep == 0;
        nanosPerStep = first ? nanos : MEMORY * nanosPerStep + (1 - MEMORY) * nanos;
        double speed = examples * 1e9 / nanos;
        examplesPerSecond = first ? speed : MEMORY * examplesPerSecond + (1 - MEMORY) * speed;
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

    Duration left(long steps) {
        return Duration.ofNanos((long) (steps * nanosPerStep));
    }
}
