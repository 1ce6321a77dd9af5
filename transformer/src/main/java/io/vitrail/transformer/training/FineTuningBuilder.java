package io.vitrail.transformer.training;

import io.vitrail.transformer.kernels.Precision;
import java.time.Duration;
import java.util.List;

/** Settings of a {@link FineTuning}, of which each has a usual value. For one thread. */
public final class FineTuningBuilder {
    private Span length = new Span.Epochs(3);
    private int batch = 16;
    private int accumulated = 1;
    private double rate = 5e-5;
    private String schedule = "cosine";
    private Span warmUp = new Span.Part(0.1);
    private double weightDecay = 0.01;
    private double labelSmoothing;
    private double maxGradientNorm = 1;
    private double averageDecay;
    private List<String> frozen = List.of();
    private double layerDecay = 1;
    private Span evaluateEvery = new Span.Epochs(1);
    private int patience;
    private FineTuning.Kept kept = FineTuning.Kept.BEST;
    private Duration saveEvery = Duration.ofMinutes(5);
    private Duration budget = Duration.ofDays(36_500);
    private int threads = 1;
    private Precision precision = Precision.FP32;
    private FineTuning.Layers layers = FineTuning.Layers.KEPT;
    private long seed = 1;

    FineTuningBuilder() {}

    /** Of the whole training, 3 epochs if it isn't set. */
    public FineTuningBuilder length(Span span) {
        length = span;
        return this;
    }

    /** {@link FineTuning.Batching#batch}, 16 if it isn't set. */
    public FineTuningBuilder batch(int examples) {
        batch = examples;
        return this;
    }

    /** {@link FineTuning.Batching#accumulated}, 1 if it isn't set. */
    public FineTuningBuilder accumulated(int batches) {
        accumulated = batches;
        return this;
    }

    /** {@link FineTuning.Optimization#rate}, 5e-5 if it isn't set. */
    public FineTuningBuilder rate(double peak) {
        rate = peak;
        return this;
    }

    /** {@link FineTuning.Optimization#schedule}, "cosine" if it isn't set. */
    public FineTuningBuilder schedule(String name) {
        schedule = name;
        return this;
    }

    /** {@link FineTuning.Optimization#warmUp}, a tenth of the training if it isn't set. */
    public FineTuningBuilder warmUp(Span span) {
        warmUp = span;
        return this;
    }

    /** {@link FineTuning.Optimization#weightDecay}, 0.01 if it isn't set. */
    public FineTuningBuilder weightDecay(double part) {
        weightDecay = part;
        return this;
    }

    /** {@link FineTuning.Optimization#labelSmoothing}, 0 if it isn't set. */
    public FineTuningBuilder labelSmoothing(double part) {
        labelSmoothing = part;
        return this;
    }

    /** {@link FineTuning.Optimization#maxGradientNorm}, 1 if it isn't set. */
    public FineTuningBuilder maxGradientNorm(double norm) {
        maxGradientNorm = norm;
        return this;
    }

    /** {@link FineTuning.Optimization#averageDecay}, 0 if it isn't set. */
    public FineTuningBuilder averageDecay(double decay) {
        averageDecay = decay;
        return this;
    }

    /** {@link FineTuning.Selection#frozen}, none if it isn't set. */
    public FineTuningBuilder frozen(List<String> patterns) {
        frozen = patterns;
        return this;
    }

    /** {@link FineTuning.Selection#layerDecay}, 1 if it isn't set. */
    public FineTuningBuilder layerDecay(double factor) {
        layerDecay = factor;
        return this;
    }

    /** {@link FineTuning.Running#evaluateEvery}, an epoch if it isn't set. */
    public FineTuningBuilder evaluateEvery(Span span) {
        evaluateEvery = span;
        return this;
    }

    /** {@link FineTuning.Running#patience}, 0 if it isn't set. */
    public FineTuningBuilder patience(int evaluations) {
        patience = evaluations;
        return this;
    }

    /** {@link FineTuning.Running#kept}, the best if it isn't set. */
    public FineTuningBuilder kept(FineTuning.Kept weights) {
        kept = weights;
        return this;
    }

    /** {@link FineTuning.Running#saveEvery}, 5 minutes if it isn't set. */
    public FineTuningBuilder saveEvery(Duration time) {
        saveEvery = time;
        return this;
    }

    /** {@link FineTuning.Running#budget}, a century if it isn't set. */
    public FineTuningBuilder budget(Duration time) {
        budget = time;
        return this;
    }

    /** {@link FineTuning.Running#threads}, 1 if it isn't set. */
    public FineTuningBuilder threads(int count) {
        threads = count;
        return this;
    }

    /** {@link FineTuning#precision}, float32 if it isn't set. */
    public FineTuningBuilder precision(Precision products) {
        precision = products;
        return this;
    }

    /** {@link FineTuning#layers}, kept if it isn't set. */
    public FineTuningBuilder layers(FineTuning.Layers memory) {
        layers = memory;
        return this;
    }

    /** {@link FineTuning#seed}, 1 if it isn't set. */
    public FineTuningBuilder seed(long number) {
        seed = number;
        return this;
    }

    /** @throws IllegalArgumentException if a setting is out of its range; the message says which */
    public FineTuning build() {
        return new FineTuning(
                length,
                new FineTuning.Batching(batch, accumulated),
                new FineTuning.Optimization(
                        rate, schedule, warmUp, weightDecay, labelSmoothing, maxGradientNorm, averageDecay),
                new FineTuning.Selection(frozen, layerDecay),
                new FineTuning.Running(evaluateEvery, patience, kept, saveEvery, budget, threads),
                precision,
                layers,
                seed);
    }
}
