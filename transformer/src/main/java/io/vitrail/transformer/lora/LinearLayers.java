package io.vitrail.transformer.lora;

import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.WeightPlace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The layers of a model that changes of low rank are for. */
final class LinearLayers {
    private static final String WEIGHT = "weight";
    private static final Set<String> HEADS =
            Set.of("classifier", "score", "head", "qa_outputs", "lm_head", "cls_classifier", "distillation_classifier");

    /** Widths of x and y in y = x Wᵀ + b. */
    record Size(int inputs, int outputs) {}

    private LinearLayers() {}

    /** Their weights, by the layers' names; of a stored weight that is several layers', all. */
    static Map<String, List<WeightPlace>> in(List<WeightPlace> places) {
        return places.stream()
                .filter(LinearLayers::isLinear)
                .collect(Collectors.groupingBy(LinearLayers::module, LinkedHashMap::new, Collectors.toList()));
    }

    static boolean isLinear(WeightPlace place) {
        boolean linear = place.holder() instanceof Linear || place.holder() instanceof VocabularyProjection;
        return linear && place.parameter().equals(WEIGHT);
    }

    /** The name of the layer that a weight or bias is of. */
    static String module(WeightPlace place) {
        return place.name().substring(0, Math.max(0, place.name().lastIndexOf('.')));
    }

    /** Whether it is a task's head, or within one: what is new with other classes. */
    static boolean isHead(WeightPlace place) {
        return place.holder() instanceof VocabularyProjection
                || HEADS.contains(place.name().split("\\.")[0]);
    }

    static Size size(WeightPlace place) {
        Shape shape = place.holder().parameters().get(WEIGHT).getShape();
        return new Size(Math.toIntExact(shape.get(1)), Math.toIntExact(shape.get(0)));
    }
}
