package io.vitrail.fusion.verify;

import ai.djl.Device;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenReplayer;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** Replays losses, learning-rate schedules and short trainings. */
public final class TrainingReplayer implements GoldenReplayer {
    private static final String TRAIN = "train";
    private static final int MOST_STEPS = 1_000_000;
    private static final Set<String> OF_NOAM = Set.of("d_model", "warmup", "factor", "first", "last");
    private static final Set<String> OF_SCHEDULE = Set.of("lr", "warmup", "total", "first", "last");

    @Override
    public Set<String> families() {
        return Set.of("losses", "schedules", "training");
    }

    @Override
    public boolean computesWithOperations(GoldenCall call) {
        return call.operation().equals(TRAIN);
    }

    @Override
    public Replayed replay(GoldenCall call, Map<String, GoldenTensor> inputs, Path path) {
        return switch (call.operation()) {
            case "cross_entropy" -> LossReplay.crossEntropy(call, inputs);
            case "kl_label_smoothing" -> LossReplay.klDivergence(call, inputs);
            case "schedule" -> schedule(call);
            case TRAIN -> new TrainReplay(call, inputs).of(operations(path));
            default ->
                throw new IllegalArgumentException("Operation '" + call.operation()
                        + "' isn't known in training; known: cross_entropy, kl_label_smoothing, schedule, train.");
        };
    }

    /** Gradients flow through these, and the model isn't prepared. */
    private static Operations operations(Path path) {
        return switch (path) {
            case READABLE -> ReadableOperations.INSTANCE;
            case FAST, STEPS -> Kernels.forTraining(Device.cpu(), Precision.FP32);
            case FAST_BF16, FAST_INT8 ->
                throw new IllegalArgumentException("A training is replayed in float32, not on the path " + path + ".");
        };
    }

    /** The learning rate of each step; noam alone counts them from 1. */
    private static Replayed schedule(GoldenCall call) {
        boolean noam = call.json().path("schedule").asText().equals("noam");
        call.onlyOptions(noam ? OF_NOAM : OF_SCHEDULE);
        ConfigJson options = new ConfigJson(call.options());
        Schedule schedule = noam
                ? new Schedule.Noam(
                        options.number("factor", 1), options.integer("d_model", 0), options.integer("warmup", 0))
                : Schedule.named(
                        call.json().path("schedule").asText(),
                        options.number("lr", 0),
                        options.integer("warmup", 0),
                        options.integer("total", 0));
        long[] steps = steps(options);
        float[] rates = new float[steps.length];
        for (int i = 0; i < steps.length; i++) {
            rates[i] = (float) schedule.rate(noam ? steps[i] - 1 : steps[i]);
        }
        long[] shape = {steps.length};
        return Replayed.of(Map.of("steps", GoldenTensor.of(shape, steps), "values", GoldenTensor.of(shape, rates)));
    }

    private static long[] steps(ConfigJson options) {
        int first = options.integer("first", 0);
        int last = options.integer("last", 0);
        Check.that(
                first >= 0 && last >= first && last - first < MOST_STEPS,
                "Steps %d to %d aren't 1 to %d steps.",
                first,
                last,
                MOST_STEPS);
        return LongStream.rangeClosed(first, last).toArray();
    }

    @Override
    public void close() {
        // nothing is kept
    }
}
