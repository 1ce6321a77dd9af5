package io.vitrail.vit.training;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;
import java.util.List;
import java.util.Optional;

/**
 * What a classifier's training has beside a {@link FineTuning}.
 *
 * @param stages epochs and picture sizes, one after the other; small pictures first save time (Howard 2018)
 * @param mixing mixup and cutmix
 * @param normalization of the pixels; the finished model needs the same
 * @param adjustment of the finished model; it may differ when a training is resumed
 */
public record TrainingOptions(
        List<Stage> stages, Mixing mixing, Normalization normalization, Optional<LogitAdjustment> adjustment) {

    /** Some epochs with pictures of one size. */
    public record Stage(int epochs, int side) {
        public Stage {
            Check.that(epochs > 0 && side > 0, "a stage needs epochs (%d) and a side (%d)", epochs, side);
        }
    }

    public TrainingOptions {
        stages = List.copyOf(stages);
        Check.that(!stages.isEmpty(), "there must be at least one stage");
    }

    /** No mixing (it pays in long trainings only), nothing adjusted. */
    public static TrainingOptions defaults(List<Stage> stages) {
        return new TrainingOptions(stages, Mixing.NONE, Normalization.SYMMETRIC, Optional.empty());
    }

    public TrainingOptions withAdjustment(LogitAdjustment other) {
        return new TrainingOptions(stages, mixing, normalization, Optional.of(other));
    }

    /** What serves a small hybrid: all epochs in batches of 64, a cosine from 1e-3, averaged weights. */
    public FineTuningBuilder tuning() {
        return FineTuning.builder()
                .length(new Span.Epochs(epochs()))
                .batch(64)
                .rate(1e-3)
                .warmUp(new Span.Steps(400))
                .weightDecay(0.05)
                .labelSmoothing(0.1)
                .averageDecay(0.999)
                .kept(FineTuning.Kept.LAST);
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

    /** What must be the same when a training is resumed. */
    String fingerprint() {
        return "%s %s %s".formatted(stages, mixing, normalization);
    }
}
