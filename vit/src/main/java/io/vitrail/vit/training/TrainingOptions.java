package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import java.time.Duration;
import java.util.List;

/**
 * How a classifier is trained.
 *
 * @param stages epochs and picture sizes, one after the other; small pictures first save time (Howard 2018)
 * @param batch pictures in a batch
 * @param optimization how each step changes the weights
 * @param mixing mixup and cutmix
 * @param normalization of the pixels; the finished model needs the same
 * @param seed of weights, order, augmentation and dropout
 * @param running when to evaluate, save and stop; the only part that may differ when a training is resumed
 */
public record TrainingOptions(
        List<Stage> stages,
        int batch,
        Optimization optimization,
        Mixing mixing,
        Normalization normalization,
        long seed,
        Running running) {

    /** Some epochs with pictures of one size. */
    public record Stage(int epochs, int side) {
        public Stage {
            Check.that(epochs > 0 && side > 0, "a stage needs epochs (%d) and a side (%d)", epochs, side);
        }
    }

    /**
     * @param peakRate learning rate after the warm-up
     * @param warmupSteps steps of linear warm-up; a cosine to 0 follows
     * @param weightDecay decay of matrices
     * @param labelSmoothing part of the target that is spread over all classes
     * @param maxGradientNorm gradients are shrunk to this common norm
     * @param averageDecay memory of the average of the weights
     */
    public record Optimization(
            double peakRate,
            int warmupSteps,
            double weightDecay,
            double labelSmoothing,
            double maxGradientNorm,
            double averageDecay) {
        public Optimization {
            Check.that(peakRate > 0, "the learning rate must be positive, not %s", peakRate);
            Check.that(warmupSteps >= 0, "the warm-up must not be negative: %d", warmupSteps);
            Check.that(weightDecay >= 0, "weight decay must not be negative: %s", weightDecay);
            Check.that(
                    labelSmoothing >= 0 && labelSmoothing < 1,
                    "label smoothing must be in [0, 1), not %s",
                    labelSmoothing);
            Check.that(maxGradientNorm > 0, "the largest gradient norm must be positive, not %s", maxGradientNorm);
            Check.that(
                    averageDecay >= 0 && averageDecay < 1,
                    "the average's decay must be in [0, 1), not %s",
                    averageDecay);
        }

        /** What serves a small hybrid Vision Transformer at batches of 64. */
        public static Optimization defaults() {
            return new Optimization(1e-3, 400, 0.05, 0.1, 1.0, 0.999);
        }
    }

    /**
     * @param loaderThreads background threads that prepare pictures
     * @param evaluateEvery epochs from one evaluation to the next; the last epoch always ends with one
     * @param saveEvery longest time without saving; the end of an epoch always saves
     * @param budget training stops, resumable, when it has run so long in all
     */
    public record Running(int loaderThreads, int evaluateEvery, Duration saveEvery, Duration budget) {
        public Running {
            Check.that(loaderThreads > 0, "there must be at least 1 loader thread, not %d", loaderThreads);
            Check.that(evaluateEvery > 0, "epochs between evaluations must be positive, not %d", evaluateEvery);
            Check.that(!saveEvery.isNegative(), "the time between savings must not be negative: %s", saveEvery);
            Check.that(!budget.isNegative() && !budget.isZero(), "the budget must be positive, not %s", budget);
        }

        /** One loader thread, an evaluation after each epoch, saving every 3 minutes, no limit of time. */
        public static Running defaults() {
            return new Running(1, 1, Duration.ofMinutes(3), Duration.ofDays(3650));
        }
    }

    public TrainingOptions {
        stages = List.copyOf(stages);
        Check.that(!stages.isEmpty(), "there must be at least one stage");
        Check.that(batch > 1, "a batch needs at least 2 pictures, not %d", batch);
    }

    /** Batches of 64, no mixing (it pays in long trainings only), and the defaults of the parts. */
    public static TrainingOptions defaults(List<Stage> stages) {
        return new TrainingOptions(
                stages, 64, Optimization.defaults(), Mixing.NONE, Normalization.SYMMETRIC, 1, Running.defaults());
    }

    public TrainingOptions withRunning(Running other) {
        return new TrainingOptions(stages, batch, optimization, mixing, normalization, seed, other);
    }

    /** All epochs of all stages. */
    public int epochs() {
        return stages.stream().mapToInt(Stage::epochs).sum();
    }

    /** The picture size of an epoch, counted from 0. */
    public int side(int epoch) {
        int left = epoch;
        for (Stage stage : stages) {
            if (left < stage.epochs) {
                return stage.side;
            }
            left -= stage.epochs;
        }
        throw new IllegalArgumentException("epoch " + epoch + " is not below the " + epochs() + " epochs");
    }

    /** The picture size of the last epoch: that of the finished model. */
    public int lastSide() {
        return stages.get(stages.size() - 1).side;
    }

    /** The options that decide the result, in words. */
    public String describe() {
        return "stages %s, batches of %d, %s, %s, seed %d".formatted(stages, batch, optimization, mixing, seed);
    }

    /** What must be the same when a training is resumed. */
    String fingerprint() {
        return withRunning(Running.defaults()).toString();
    }
}
