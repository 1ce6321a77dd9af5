package io.vitrail.transformer.lora;

import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.VocabularyProjection;
import io.vitrail.transformer.weights.WeightPlace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The layers of a model that changes of low rank are for. */
final class LinearLayers {
    private static final String WEIGHT = "weight";

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

    static Size size(WeightPlace place) {
        Shape shape = place.holder().parameters().get(WEIGHT).getShape();
        return new Size(Math.toIntExact(shape.get(1)), Math.toIntExact(shape.get(0)));
    }
}
