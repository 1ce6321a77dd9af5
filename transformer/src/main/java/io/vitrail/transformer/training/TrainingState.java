package io.vitrail.transformer.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.util.Pair;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that changes while a model trains: its weights, the optimizer's moments and the average of the weights.
 * Saved and restored, with a few facts of the caller's (step, seed), training goes on as if it had never stopped.
 */
public record TrainingState(ParameterList parameters, AdamW optimizer, WeightAverage average) {
    private static final String WEIGHT = "weight/";
    private static final String MOMENT = "moment/";
    private static final String AVERAGE = "average/";
    private static final long[] ONE = {1};

    /**
     * Writes a safetensors file at once: a killed program leaves the old state or the new one, never half of it.
     *
     * @param file in an existing folder
     * @throws CheckpointException if the file can't be written
     */
    public void save(Path file, Map<String, String> facts) {
        try (NDManager scope = DjlEngine.newManager(Device.cpu())) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (Pair<String, Parameter> pair : parameters) {
                tensors.put(WEIGHT + pair.getKey(), pair.getValue().getArray());
            }
            optimizer.state(parameters, scope).forEach((name, array) -> tensors.put(MOMENT + name, array));
            average.state(scope).forEach((name, array) -> tensors.put(AVERAGE + name, array));
            SafeTensorsWriter.write(file, tensors, StorageType.F32, facts);
        }
    }

    /**
     * Overwrites weights, moments and average with those of the file.
     *
     * @return the facts that were saved with them
     * @throws CheckpointException if the file is damaged or holds another model; then nothing is overwritten
     */
    public Map<String, String> restore(Path file) {
        try (SafeTensors saved = SafeTensors.open(file)) {
            checkSameModel(saved);
            Map<String, StoredTensor> weights = under(WEIGHT, saved);
            for (Pair<String, Parameter> pair : parameters) {
                pair.getValue().getArray().set(weights.get(pair.getKey()).buffer());
            }
            optimizer.restore(parameters, under(MOMENT, saved));
            average.restore(under(AVERAGE, saved));
            return saved.metadata();
        }
    }

    /** The facts alone, without touching the model. */
    public static Map<String, String> facts(Path file) {
        try (SafeTensors saved = SafeTensors.open(file)) {
            return saved.metadata();
        }
    }

    private void checkSameModel(SafeTensors saved) {
        List<String> misfits = new ArrayList<>();
        for (Pair<String, Parameter> pair : parameters) {
            long[] shape = pair.getValue().getArray().getShape().getShape();
            check(saved, WEIGHT + pair.getKey(), shape, misfits);
            check(saved, AVERAGE + pair.getKey(), shape, misfits);
            String moment = MOMENT + pair.getKey();
            if (saved.names().contains(moment + AdamW.UPDATES)) {
                check(saved, moment + AdamW.UPDATES, ONE, misfits);
                check(saved, moment + AdamW.MEAN, shape, misfits);
                check(saved, moment + AdamW.SQUARE, shape, misfits);
            }
        }
        check(saved, AVERAGE + WeightAverage.UPDATES, ONE, misfits);
        if (!misfits.isEmpty()) {
            throw CheckpointException.of(
                    "The state is of another model: " + String.join("; ", misfits),
                    saved.file(),
                    "resume the model that it was begun with, or delete the file to begin anew.");
        }
    }

    private static void check(SafeTensors saved, String name, long[] shape, List<String> misfits) {
        if (!saved.names().contains(name)) {
            misfits.add(name + " is missing");
        } else if (!Arrays.equals(saved.tensor(name).shape(), shape)) {
            misfits.add(saved.tensor(name) + " should be " + Arrays.toString(shape));
        }
    }

    private static Map<String, StoredTensor> under(String prefix, SafeTensors saved) {
        Map<String, StoredTensor> part = new LinkedHashMap<>();
        for (String name : saved.names()) {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), saved.tensor(name));
            }
        }
        return part;
    }
}
