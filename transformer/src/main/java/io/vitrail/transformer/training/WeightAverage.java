package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.util.Pair;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.StoredTensor;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The exponential moving average of a model's weights (Polyak and Juditsky 1992), which answers better than the
 * weights of the last step. It begins with a short memory, min(decay, (1 + n) / (10 + n)) after n updates, so that the
 * random start is soon forgotten. Owns its arrays until {@link #close()}. For one thread.
 */
public final class WeightAverage implements AutoCloseable {
    static final String UPDATES = "updates";

    private final NDManager manager;
    private final ParameterList parameters;
    private final double decay;
    private final Map<String, NDArray> averageById = new HashMap<>();
    private long updates;

    /** Begins with the present weights; the parameters must be initialised. */
    public WeightAverage(NDManager parent, ParameterList parameters, double decay) {
        Check.that(decay >= 0 && decay < 1, "decay of the weight average must be in [0, 1), not %s", decay);
        this.parameters = DistinctParameters.of(parameters);
        this.decay = decay;
        manager = parent.newSubManager();
        manager.setName("WeightAverage");
        for (Parameter parameter : this.parameters.values()) {
            NDArray weight = parameter.getArray();
            NDArray average = manager.create(weight.getShape(), weight.getDataType(), weight.getDevice());
            average.set(weight.toByteBuffer());
            averageById.put(parameter.getId(), average);
        }
    }

    /** Moves the average towards the present weights. */
    public void update() {
        updates++;
        double kept = Math.min(decay, (1.0 + updates) / (10.0 + updates));
        try (NDManager scope = manager.newSubManager()) {
            for (Parameter parameter : parameters.values()) {
                NDArray weight = parameter.getArray().stopGradient();
                weight.attach(scope);
                NDArray average = averageById.get(parameter.getId());
                average.muli(kept).addi(weight.mul(1 - kept));
            }
        }
    }

    /** Gives the model the averages, and keeps its weights in their place; called again, it takes that back. */
    void swapWithModel() {
        for (Parameter parameter : parameters.values()) {
            NDArray average = averageById.get(parameter.getId());
            try (NDArray weight = manager.create(average.getShape(), average.getDataType(), average.getDevice())) {
                weight.set(parameter.getArray().toByteBuffer());
                parameter.getArray().set(average.toByteBuffer());
                average.set(weight.toByteBuffer());
            }
        }
    }

    /** Overwrites the model's weights with the averages. */
    public void copyToModel() {
        for (Parameter parameter : parameters.values()) {
            parameter.getArray().set(averageById.get(parameter.getId()).toByteBuffer());
        }
    }

    /** The weights that are averaged. */
    ParameterList parameters() {
        return parameters;
    }

    /** The averages by parameter name, and {@code updates}, a count. Live arrays. */
    Map<String, NDArray> state(NDManager scope) {
        Map<String, NDArray> state = new TreeMap<>();
        for (Pair<String, Parameter> pair : parameters) {
            state.put(pair.getKey(), averageById.get(pair.getValue().getId()));
        }
        state.put(UPDATES, scope.create(new long[] {updates}));
        return state;
    }

    /** Takes over what {@link #state} gave, read from a file. */
    void restore(Map<String, StoredTensor> state) {
        for (Pair<String, Parameter> pair : parameters) {
            state.get(pair.getKey()).copyTo(averageById.get(pair.getValue().getId()));
        }
        updates = state.get(UPDATES).buffer().getLong();
    }

    @Override
    public void close() {
        averageById.clear();
        manager.close();
    }
}
