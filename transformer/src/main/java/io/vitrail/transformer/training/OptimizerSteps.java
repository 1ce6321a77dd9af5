package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import io.vitrail.transformer.Check;

/**
 * The steps of a training: loss, gradients, their common norm clipped, the optimizer, the average of the weights. A step
 * whose gradients overflowed is passed over, unless it is one of many. For one thread.
 */
public final class OptimizerSteps {
    private static final int MOST_OVERFLOWS = 10;

    private final Trainer trainer;
    private final AdamW optimizer;
    private final WeightAverage average;
    private final double maxGradientNorm;
    private final ParameterList parameters;
    private int overflows;

    /**
     * What one step gave.
     *
     * @param outputs of the model; they live as long as the step's inputs
     * @param loss mean of the batch
     * @param gradientNorm before clipping
     */
    public record Step(NDList outputs, double loss, double gradientNorm) {}

    /** @param trainer with its block initialised; all stay the caller's */
    public OptimizerSteps(Trainer trainer, AdamW optimizer, WeightAverage average, double maxGradientNorm) {
        this.trainer = trainer;
        this.optimizer = optimizer;
        this.average = average;
        this.maxGradientNorm = maxGradientNorm;
        parameters = trainer.getModel().getBlock().getParameters();
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
        trainer.getManager().getEngine().setRandomSeed(seed);
        NDList outputs;
        double loss;
        try (GradientCollector gradients = trainer.newGradientCollector()) {
            outputs = trainer.forward(data, labels);
            NDArray mean = trainer.getLoss().evaluate(labels, outputs);
            gradients.backward(mean);
            loss = mean.getFloat();
        }
        double norm = optimizer.clipGradients(parameters, maxGradientNorm);
        update(loss, norm);
        return new Step(outputs, loss, norm);
    }

    private void update(double loss, double norm) {
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            overflows = 0;
            trainer.step();
            average.update();
            return;
        }
        overflows++;
        Check.that(
                overflows <= MOST_OVERFLOWS,
                "Training diverged: loss %s, gradient norm %s.%n  try:  a lower learning rate, or a longer warm-up.",
                loss,
                norm);
        optimizer.discardGradients(parameters);
    }
}
