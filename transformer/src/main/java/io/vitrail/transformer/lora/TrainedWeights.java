package io.vitrail.transformer.lora;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.AdaptedModel;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.WeightPlace;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of a model learns: all its weights, or changes of low rank beside them.
 *
 * @param block that DJL's trainer drives; inputs and outputs are those of the given one
 * @param weights that may learn, by the checkpoint's names; those of an adapter end in {@code lora_A} and {@code lora_B}
 * @param adapter to be saved instead of the model, if there is one
 */
public record TrainedWeights(TensorBlock block, Map<String, Parameter> weights, Optional<LoraTraining> adapter) {
    public TrainedWeights {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    }

    /**
     * All weights of a model.
     *
     * @param block the model, or a block with it inside
     * @param places of the model's weights, by the names of the class that is trained
     */
    public static TrainedWeights all(TensorBlock block, List<WeightPlace> places) {
        return new TrainedWeights(block, parameters(places), Optional.empty());
    }

    /**
     * Changes of low rank; of the model's own weights those that the config names.
     *
     * @param block the model, or a block with it inside; its weights have values, those of the changes are given theirs by
     *     the seed of the block's engine
     * @throws IllegalArgumentException if the config names what the model hasn't
     */
    public static TrainedWeights ofLowRank(LoraConfig config, TensorBlock block, List<WeightPlace> places) {
        LoraTraining adapter = new LoraTraining(config, places);
        Map<String, Parameter> weights = new LinkedHashMap<>(adapter.weights());
        parameters(places).forEach((name, parameter) -> {
            if (parameter.requiresGradient()) {
                weights.put(name, parameter);
            }
        });
        return new TrainedWeights(new AdaptedModel(block, adapter), weights, Optional.of(adapter));
    }

    private static Map<String, Parameter> parameters(List<WeightPlace> places) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        for (WeightPlace place : places) {
            Parameter parameter = place.holder().parameters().get(place.parameter());
            if (!parameters.containsValue(parameter)) {
                parameters.put(place.parts() == 1 ? place.name() : place.name() + "[" + place.part() + "]", parameter);
            }
        }
        return parameters;
    }
}
