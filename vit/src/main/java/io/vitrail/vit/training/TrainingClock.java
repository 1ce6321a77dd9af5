package io.vitrail.vit.training;

import java.time.Duration;

/** Measures how long a training has taken, how fast it is, and how much is left. */
final class TrainingClock {
    private static final double MEMORY = 0.95;

    private final TrainingOptions options;
    private final int stepsPerEpoch;
    private long trainedNanos;
    private long lastEnd = System.nanoTime();
    private long lastSaved = System.nanoTime();
    private boolean betweenSteps;
    private double nanosPerStep;
    private int side;

    TrainingClock(TrainingOptions options, int stepsPerEpoch) {
        this.options = options;
        this.stepsPerEpoch = stepsPerEpoch;
    }

    void resume(Duration before) {
        trainedNanos = before.toNanos();
    }

    /** The first step after an evaluation or a pause doesn't count the time before it. */
    void begin() {
        if (!betweenSteps) {
            lastEnd = System.nanoTime();
        }
    }

    /** Waiting for pictures between two steps counts. */
    void end(long step, int pictureSide) {
        long now = System.nanoTime();
        long nanos = now - lastEnd;
        lastEnd = now;
        trainedNanos += nanos;
        nanosPerStep = side == pictureSide ? MEMORY * nanosPerStep + (1 - MEMORY) * nanos : nanos;
        side = pictureSide;
        betweenSteps = step % stepsPerEpoch != 0;
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

    double picturesPerSecond() {
        return options.batch() * 1e9 / nanosPerStep;
    }

    /** Steps to come take time in proportion to the area of their pictures; but no longer than the budget. */
    Duration left(long step) {
        double nanos = 0;
        for (int epoch = (int) (step / stepsPerEpoch); epoch < options.epochs(); epoch++) {
            long steps = Math.min(stepsPerEpoch, (epoch + 1L) * stepsPerEpoch - step);
            double area = Math.pow(options.side(epoch) / (double) side, 2);
            nanos += steps * area * nanosPerStep;
        }
        Duration budget = options.running().budget().minus(trained());
        Duration left = Duration.ofNanos((long) nanos);
        return left.compareTo(budget) < 0 ? left : budget;
    }
}
