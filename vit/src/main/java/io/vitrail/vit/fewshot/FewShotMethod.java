package io.vitrail.vit.fewshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;

/** How classes are learned from a few examples on frozen features. */
public sealed interface FewShotMethod permits NearestMean, LinearProbe, TipAdapter, TunedTipAdapter {
    /** The most accurate of pictures' features alone, in a cross-validation (docs/training.md). */
    FewShotMethod DEFAULT = LinearProbe.DEFAULT;

    /**
     * Learns the examples; the same ones always give the same.
     *
     * @param examples of at least one class
     * @param features that made the examples
     */
    ClassHead learn(Examples examples, FrozenFeatures features);

    /**
     * What was learned from the examples before.
     *
     * @throws IllegalArgumentException if the matrices aren't those of this method for them
     */
    ClassHead restore(Examples examples, Map<String, float[][]> matrices);

    /** Whether it learns from the classes' names, too: who adds classes puts them into the same sentences. */
    default boolean readsNames() {
        return false;
    }

    /** Writes its name and settings. */
    void writeTo(ObjectNode json);

    /** The method that {@link #writeTo} wrote. */
    static FewShotMethod of(ConfigJson json) {
        return switch (json.text("name", "")) {
            case NearestMean.NAME -> new NearestMean();
            case LinearProbe.NAME -> LinearProbe.of(json);
            case TipAdapter.NAME -> TipAdapter.of(json);
            case TunedTipAdapter.NAME -> TunedTipAdapter.of(json);
            default -> throw json.wrong("name", "mean, probe, tip or tip_f");
        };
    }
}
