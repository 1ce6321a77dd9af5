package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.kernels.Precision;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a model is fine-tuned. {@link #builder()} gives what is usual for a Transformer.
 *
 * @param length of the whole training: epochs or steps
 * @param batching how many examples make a step
 * @param optimization how a step changes the weights
 * @param selection which weights learn, and how fast
 * @param running what leaves the learned weights as they are
 * @param precision of the products: float32, or bfloat16 with weights and sums in float32
 * @param layers what of them is kept for their gradients
 * @param seed decides the order of examples, their augmentation, new heads and dropout
 */
public record FineTuning(
        Span length,
        Batching batching,
        Optimization optimization,
        Selection selection,
        Running running,
        Precision precision,
        Layers layers,
        long seed) {
    public FineTuning {
        Check.that(!(length instanceof Span.Part), "a training's length is epochs or steps, not a part of itself");
        Check.that(length.steps(epochs -> 1, 1) > 0, "a training must have at least 1 step");
        Check.that(
                precision != Precision.INT8,
                "gradients can't flow through INT8; a training's precision is FP32 or BF16");
    }

    /**
     * How many examples make a step.
     *
     * @param batch examples that go through the model at once
     * @param accumulated such batches whose gradients a step adds up: it is the step of one batch of them all, with the
     *     memory of one
     */
    public record Batching(int batch, int accumulated) {
        public Batching {
            Check.that(batch >= 1 && batch <= 65536, "batch must be 1 to 65536, not %d", batch);
            Check.that(
                    accumulated >= 1 && accumulated <= 65536,
                    "accumulated batches must be 1 to 65536, not %d",
                    accumulated);
        }
    }

    /**
     * How a step changes the weights.
     *
     * @param rate highest learning rate
     * @param schedule a name of {@link Schedule#names}
     * @param warmUp over which the rate rises
     * @param weightDecay of AdamW; not of biases and norms
     * @param labelSmoothing part of the target that is spread over all classes, where the loss is a cross-entropy
     * @param maxGradientNorm larger gradients are shrunk to it; infinite for none
     * @param averageDecay of the moving average of the weights that is evaluated and saved; 0 for the plain weights
     */
    public record Optimization(
            double rate,
            String schedule,
            Span warmUp,
            double weightDecay,
            double labelSmoothing,
            double maxGradientNorm,
            double averageDecay) {
        public Optimization {
            Check.that(rate > 0 && rate <= 10, "learning rate must be above 0 and at most 10, not %s", rate);
            Schedule.named(schedule, rate, 1, 1);
            Check.that(weightDecay >= 0 && weightDecay <= 10, "weight decay must be 0 to 10, not %s", weightDecay);
            Check.that(
                    labelSmoothing >= 0 && labelSmoothing < 1,
                    "label smoothing must be in [0, 1), not %s",
                    labelSmoothing);
            Check.that(maxGradientNorm > 0, "the largest gradient norm must be positive, not %s", maxGradientNorm);
            Check.that(
                    averageDecay >= 0 && averageDecay < 1,
                    "decay of the average must be in [0, 1), not %s",
                    averageDecay);
        }
    }

    /**
     * Which weights learn, and how fast.
     *
     * @param frozen patterns of the names of weights, as the checkpoint calls them, that stay as they are: {@code *} is
     *     any text, {@code ?} any character, {@code {0,1}} one of several texts
     * @param layerDecay factor of the learning rate from each block to the one before it (Clark et al. 2020, section
     *     3.2): 1 for none; {@link LayerDecay}
     */
    public record Selection(List<String> frozen, double layerDecay) {
        public Selection {
            frozen = List.copyOf(frozen);
            Check.that(
                    layerDecay > 0 && layerDecay <= 1, "layer decay must be above 0 and at most 1, not %s", layerDecay);
        }
    }

    /**
     * What leaves the learned weights as they are.
     *
     * @param evaluateEvery between evaluations; there is one at the end as well
     * @param patience evaluations without a better one until the training ends early; 0 for never
     * @param kept which weights the saved checkpoint has
     * @param saveEvery time between states, besides those at evaluations
     * @param budget time of training after which it is measured and stops, resumable; earlier runs count
     * @param threads that prepare batches beside the model
     */
    public record Running(
            Span evaluateEvery, int patience, Kept kept, Duration saveEvery, Duration budget, int threads) {
        public Running {
            Check.that(evaluateEvery.steps(epochs -> 1, 1) > 0, "evaluations must be at least 1 step apart");
            Check.that(patience >= 0, "patience must be at least 0 evaluations, not %d", patience);
            Check.that(!saveEvery.isNegative(), "time between states must not be negative: %s", saveEvery);
            Check.that(!budget.isNegative() && !budget.isZero(), "the budget must be positive, not %s", budget);
            Check.that(threads >= 1 && threads <= 256, "threads must be 1 to 256, not %d", threads);
        }
    }

    /** What of a model's layers is kept for their gradients. */
    public enum Layers {
        /** All that they compute. */
        KEPT,
        /** What they give: {@link io.vitrail.transformer.RecomputedLayers}. */
        RECOMPUTED
    }

    /** Which weights are kept. */
    public enum Kept {
        /** Those of the best evaluation. */
        BEST,
        /** Those of the end, or of where it was stopped. */
        LAST
    }

    /** Ready for steps, with what is usual. */
    public static FineTuningBuilder builder() {
        return new FineTuningBuilder();
    }

    /** What must be the same when a training is resumed. */
    String fingerprint() {
        return length + " " + batching + " " + optimization + " " + selection + " " + precision + " " + layers
                + " seed " + seed;
    }

    /** The settings by name, for reports. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("length", length.toString());
        settings.put("batch", batching.batch + " x " + batching.accumulated);
        settings.put("learning rate", Double.toString(optimization.rate));
        settings.put("schedule", optimization.schedule + ", warm-up " + optimization.warmUp);
        settings.put("weight decay", Double.toString(optimization.weightDecay));
        settings.put("label smoothing", Double.toString(optimization.labelSmoothing));
        settings.put("largest gradient norm", Double.toString(optimization.maxGradientNorm));
        settings.put("average decay", Double.toString(optimization.averageDecay));
        settings.put("frozen", String.join(" ", selection.frozen));
        settings.put("layer decay", Double.toString(selection.layerDecay));
        settings.put("precision", precision.toString());
        settings.put("layers", layers.toString());
        settings.put("seed", Long.toString(seed));
        return settings;
    }
}
