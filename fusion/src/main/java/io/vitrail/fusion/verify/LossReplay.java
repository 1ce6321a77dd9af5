package io.vitrail.fusion.verify;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.KlDivergence;
import io.vitrail.transformer.training.Reduction;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.verify.Replayed;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Losses of given logits and targets. */
final class LossReplay {
    private static final String LOGITS = "logits";
    private static final String TARGET = "target";
    private static final String WEIGHT = "weight";
    private static final String REDUCTION = "reduction";

    private LossReplay() {}

    static Replayed crossEntropy(GoldenCall call, Map<String, GoldenTensor> inputs) {
        call.onlyInputs(Set.of(LOGITS, TARGET, WEIGHT));
        call.onlyOptions(Set.of("label_smoothing", "ignore_index", REDUCTION));
        ConfigJson options = new ConfigJson(call.options());
        return loss(
                new CrossEntropy(new CrossEntropy.Options(
                        (float) options.number("label_smoothing", 0),
                        options.integer("ignore_index", Math.toIntExact(CrossEntropy.IGNORED)),
                        reduction(options),
                        Optional.ofNullable(inputs.get(WEIGHT)).map(GoldenTensor::floats))),
                inputs,
                1);
    }

    static Replayed klDivergence(GoldenCall call, Map<String, GoldenTensor> inputs) {
        call.onlyInputs(Set.of(LOGITS, TARGET));
        call.onlyOptions(Set.of("smoothing", "pad"));
        ConfigJson options = new ConfigJson(call.options());
        return loss(
                new KlDivergence(options.number("smoothing", 0), options.integer("pad", 0), Reduction.SUM),
                inputs,
                Integer.MAX_VALUE);
    }

    private static Reduction reduction(ConfigJson options) {
        String name = options.text(REDUCTION, "mean");
        return Arrays.stream(Reduction.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        String.format("Reduction '%s' isn't known; known: mean, sum, none.", name)));
    }

    /** @param classes the axis of logits, and of targets that are probabilities, that the classes are along */
    private static Replayed loss(Loss loss, Map<String, GoldenTensor> inputs, int classes) {
        Check.that(inputs.containsKey(LOGITS) && inputs.containsKey(TARGET), "The call lacks logits or target.");
        try (NDManager scope = DjlEngine.newManager(Device.cpu())) {
            NDArray logits = inputs.get(LOGITS).toArray(scope);
            NDArray target = inputs.get(TARGET).toArray(scope);
            boolean distribution = target.getShape().equals(logits.getShape());
            NDArray value = loss.evaluate(
                    new NDList(distribution ? last(target, classes) : target), new NDList(last(logits, classes)));
            return Replayed.of(Map.of("loss", GoldenTensor.of(value)));
        }
    }

    /** With that axis moved behind the others, if it isn't there. */
    private static NDArray last(NDArray array, int moved) {
        int axes = array.getShape().dimension();
        if (moved >= axes - 1) {
            return array;
        }
        IntStream others = IntStream.range(0, axes).filter(axis -> axis != moved);
        return array.transpose(IntStream.concat(others, IntStream.of(moved)).toArray());
    }
}
