package io.vitrail.fusion.verify;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.text.TextEncoder;
import io.vitrail.text.TextModel;
import io.vitrail.text.TextModels;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.StoredTensor;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A classifier of pictures or texts in training.
 *
 * @param model knows where its weights are in a checkpoint
 * @param block that DJL's trainer drives: the model, or what hands it its arguments
 * @param arguments of the reference's class, in the order in which the block takes them
 */
record TrainedClassifier(CheckpointModel model, TensorBlock block, List<String> arguments) {
    /** The class that a call names of a checkpoint, without weights. */
    static TrainedClassifier of(GoldenCall call, Checkpoint checkpoint) {
        if (VisionModels.knows(checkpoint)) {
            call.onlyInputs(Set.of("pixel_values", "labels"));
            VisionModel model = VisionModels.create(
                    checkpoint, call.className().orElseGet(() -> VisionModels.className(checkpoint)));
            Check.that(model.classifies(), "A class without a classification head can't be trained here.");
            return new TrainedClassifier(model, model, given(call, List.of("pixel_values")));
        }
        String className = call.className().orElseGet(() -> TextModels.className(checkpoint));
        TextModel model = TextModels.create(checkpoint, className);
        Check.that(
                model instanceof TextEncoder encoder && TextArguments.CLASSIFYING.contains(encoder.task()),
                "'%s' doesn't score whole texts, so it can't be trained here.",
                className);
        call.onlyInputs(TextArguments.KNOWN_WITH_LABELS);
        List<String> arguments = given(call, TextArguments.KNOWN);
        return new TrainedClassifier(model, new TextArguments((TextEncoder) model, arguments), arguments);
    }

    /** Those that the call gives; the first one it must. */
    private static List<String> given(GoldenCall call, List<String> known) {
        Set<String> given = call.inputs().keySet();
        Check.that(given.contains(known.get(0)), "The call has no %s.", known.get(0));
        return known.stream().filter(given::contains).toList();
    }

    void load(Checkpoint checkpoint, NDManager manager) {
        WeightTable.load(checkpoint, List.of(model.filling(checkpoint)), manager);
    }

    /** The ids of parameters that the checkpoint stores with fewer than two axes: biases and norms. */
    Set<String> rows(Checkpoint checkpoint) {
        WeightTable.Filling filling = model.filling(checkpoint);
        Map<String, Parameter> parameters = filling.table().names(filling.base(), model, filling.sizes());
        Set<String> ids = new HashSet<>();
        parameters.forEach((name, parameter) -> {
            String stored = name.replaceFirst("\\[\\d+]$", ""); // of a fused weight's part
            if (checkpoint.has(stored) && checkpoint.tensor(stored).shape().length < 2) {
                ids.add(parameter.getId());
            }
        });
        return ids;
    }

    /** Weights by the checkpoint's names, as it stores them. */
    Map<String, GoldenTensor> weights(JsonNode names, Checkpoint checkpoint) {
        Map<String, GoldenTensor> weights = new LinkedHashMap<>();
        if (names.isEmpty()) {
            return weights;
        }
        try {
            Path file = Files.createTempFile("vitrail-", ".safetensors");
            try {
                WeightTable.Filling filling = model.filling(checkpoint);
                filling.table().save(file, StorageType.F32, filling.base(), model, filling.sizes());
                try (SafeTensors saved = SafeTensors.open(file)) {
                    names.forEach(name -> weights.put(name.asText(), weight(name.asText(), saved)));
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot write the trained weights: " + e.getMessage(),
                    Path.of(System.getProperty("java.io.tmpdir")),
                    "make room in the folder of temporary files.",
                    e);
        }
        return weights;
    }

    private static GoldenTensor weight(String name, SafeTensors saved) {
        Check.that(saved.names().contains(name), "The model has no weight '%s'.", name);
        StoredTensor tensor = saved.tensor(name);
        return GoldenTensor.of(tensor.shape(), tensor.floats());
    }
}
