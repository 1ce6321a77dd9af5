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
     * @throws CheckpointException if the file is damaged or of another model; then nothing is overwritten
     */
    public Map<String, String> restore(Path file) {
        try (SafeTensors saved = SafeTensors.open(file)) {
            checkFits(saved);
            Map<String, StoredTensor> weights = under(WEIGHT, saved);
            for (Pair<String, Parameter> pair : parameters) {
                weights.get(pair.getKey()).copyTo(pair.getValue().getArray());
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

    private void checkFits(SafeTensors saved) {
        List<String> misfits = new ArrayList<>();
        for (Pair<String, Parameter> pair : parameters) {
            long[] shape = pair.getValue().getArray().getShape().getShape();
            check(saved, WEIGHT + pair.getKey(), StorageType.F32, shape, misfits);
            String moment = MOMENT + pair.getKey();
            if (saved.names().contains(moment + AdamW.UPDATES)) {
                checkCount(saved, moment + AdamW.UPDATES, misfits);
                check(saved, moment + AdamW.MEAN, StorageType.F32, shape, misfits);
                check(saved, moment + AdamW.SQUARE, StorageType.F32, shape, misfits);
            }
        }
        for (Pair<String, Parameter> pair : average.parameters()) {
            long[] shape = pair.getValue().getArray().getShape().getShape();
            check(saved, AVERAGE + pair.getKey(), StorageType.F32, shape, misfits);
        }
        checkCount(saved, MOMENT + AdamW.STEPS, misfits);
        checkCount(saved, AVERAGE + WeightAverage.UPDATES, misfits);
        if (!misfits.isEmpty()) {
            throw CheckpointException.of(
                    "The state doesn't fit the model: " + String.join("; ", misfits),
                    saved.file(),
                    "resume the model that it was begun with, or delete the file to begin anew.");
        }
    }

    private static void checkCount(SafeTensors saved, String name, List<String> misfits) {
        if (check(saved, name, StorageType.I64, ONE, misfits)) {
            long count = saved.tensor(name).buffer().getLong();
            if (count < 0 || count > Integer.MAX_VALUE) {
                misfits.add("'" + name + "' counts " + count + " updates");
            }
        }
    }

    private static boolean check(SafeTensors saved, String name, StorageType type, long[] shape, List<String> misfits) {
        if (!saved.names().contains(name)) {
            misfits.add("'" + name + "' is missing");
            return false;
        }
        StoredTensor tensor = saved.tensor(name);
        boolean fits = tensor.type() == type && Arrays.equals(tensor.shape(), shape);
        if (!fits) {
            misfits.add(tensor + " should be " + type + Arrays.toString(shape));
        }
        return fits;
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
