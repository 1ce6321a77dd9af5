package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Numbers;
import io.vitrail.transformer.RecomputedLayers;
import java.util.Optional;

/**
 * The steps of a training: loss, gradients, their common norm clipped, the optimizer, the average of the weights. A
 * step whose gradients overflowed is passed over, unless it is one of many. For one thread.
 */
public final class OptimizerSteps {
    private static final int MOST_OVERFLOWS = 10;

    private final Parts parts;
    private final double maxGradientNorm;
    private final Optional<RecomputedLayers> recomputed;
    private final ParameterList parameters;
    private NDList outputs = new NDList();
    private double loss;
    private int overflows;

    /**
     * What one step gave.
     *
     * @param outputs of the model for the last examples; they live as long as those
     * @param loss mean of the examples
     * @param gradientNorm before clipping
     */
    public record Step(NDList outputs, double loss, double gradientNorm) {}

    /**
     * What a step needs; all stay the caller's.
     *
     * @param trainer with its block initialised
     * @param rate the optimizer's learning rate
     */
    public record Parts(Trainer trainer, AdamW optimizer, WeightAverage average, Schedule rate) {}

    public OptimizerSteps(Parts parts, double maxGradientNorm) {
        this(parts, maxGradientNorm, Optional.empty());
    }

    /** @param recomputed what the block is trained with, if its layers are computed again for their gradients */
    public OptimizerSteps(Parts parts, double maxGradientNorm, Optional<RecomputedLayers> recomputed) {
        this.parts = parts;
        this.maxGradientNorm = maxGradientNorm;
        this.recomputed = recomputed;
        parameters = DistinctParameters.of(parts.trainer.getModel().getBlock().getParameters());
        askForGradients();
    }

    /** Weights that were loaded, rather than initialised by DJL, don't ask for gradients yet. */
    private void askForGradients() {
        for (Parameter parameter : parameters.values()) {
            if (parameter.requiresGradient()) {
                parameter.getArray().setRequiresGradient(true);
            }
        }
    }

    /**
     * Changes the weights once.
     *
     * @param seed of what the model draws, such as dropout: the same seed gives the same step
     * @throws IllegalArgumentException if many steps in a row overflowed
     */
    public Step take(NDList data, NDList labels, int seed) {
        begin(seed);
        add(data, labels, 1);
        return finish();
    }

    /** Begins a step whose examples come in portions: {@link #add} for each, then {@link #finish}. */
    public void begin(int seed) {
        parts.trainer.getManager().getEngine().setRandomSeed(seed);
        recomputed.ifPresent(layers -> layers.begin(seed));
        loss = 0;
    }

    /**
     * Adds a portion's gradients to the step's.
     *
     * @param part how much of the step's examples it is, so that all parts are 1 together
     * @return the model's outputs; they live as long as the data
     */
    public NDList add(NDList data, NDList labels, double part) {
        Trainer trainer = parts.trainer;
        try (GradientCollector gradients = trainer.newGradientCollector()) {
            outputs = trainer.forward(data, labels);
            NDArray mean = trainer.getLoss().evaluate(labels, outputs);
            NDArray share = part == 1 ? mean : Numbers.times(mean, part);
            recomputed.ifPresentOrElse(layers -> layers.backward(gradients, share), () -> gradients.backward(share));
            loss += part * mean.getFloat();
        }
        return outputs;
    }

    /**
     * Changes the weights by what was added.
     *
     * @throws IllegalArgumentException if many steps in a row overflowed
     */
    public Step finish() {
        double norm = parts.optimizer.clipGradients(parameters, maxGradientNorm);
        update(norm);
        return new Step(outputs, loss, norm);
    }

    private void update(double norm) {
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            overflows = 0;
            parts.trainer.step();
            parts.average.update();
            return;
        }
        overflows++;
        Check.that(
                overflows <= MOST_OVERFLOWS,
                "Training diverged: loss %s, gradient norm %s.%n"
                        + "  try:  a lower learning rate than %s, or a longer warm-up than %d steps.",
                loss,
                norm,
                parts.rate.peak(),
                parts.rate.warmup());
        parts.optimizer.discardGradients(parameters);
    }
}
