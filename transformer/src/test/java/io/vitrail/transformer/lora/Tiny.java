package io.vitrail.transformer.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.WeightTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model of an embedding and three linear layers, one of them stored as [inputs, outputs]; and its files. */
final class Tiny extends CheckpointModel {
    static final int WIDTH = 6;
    static final int INNER = 5;
    static final int IDS = 7;
    private static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint    | block      | shape        | note
            words         | words      | ids, width
            block.c_proj  | projection | width, width | transposed: x W
            block.dense   | dense      | inner, width
            classifier    | head       | 3, inner
            """);

    private final TokenEmbedding words = part("words", new TokenEmbedding(IDS, WIDTH));
    private final Linear projection = part("projection", new Linear(WIDTH, WIDTH));
    private final Linear dense = part("dense", new Linear(WIDTH, INNER));
    private final Linear head = part("head", new Linear(INNER, 3));

    /** @param ids [batch, tokens] */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        NDArray x = projection.forward(words.forward(ids, pass), pass);
        return head.forward(dense.forward(x, pass), pass); // [batch, tokens, 3]
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of("ids", (long) IDS, "width", (long) WIDTH, "inner", (long) INNER);
    }

    static Session<Tiny> load(Checkpoint checkpoint) {
        return load(new Tiny(), checkpoint, Kernels.choose(Device.cpu(), Precision.FP32), Device.cpu());
    }

    /** The scores of three ids. */
    static float[] scores(Session<Tiny> session) {
        return session.run(
                (model, manager, pass) -> model.forward(manager.create(new long[] {1, 4, 6}, new Shape(1, 3)), pass)
                        .toFloatArray());
    }

    /** Writes its checkpoint. */
    static Path checkpoint(Path folder) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("words.weight", new Shape(IDS, WIDTH));
        shapes.put("block.c_proj.weight", new Shape(WIDTH, WIDTH));
        shapes.put("block.c_proj.bias", new Shape(WIDTH));
        shapes.put("block.dense.weight", new Shape(INNER, WIDTH));
        shapes.put("block.dense.bias", new Shape(INNER));
        shapes.put("classifier.weight", new Shape(3, INNER));
        shapes.put("classifier.bias", new Shape(3));
        return write(folder.resolve("model.safetensors"), shapes).getParent();
    }

    /** Writes an adapter; its weights' names without PEFT's prefix. */
    static Path adapter(Path folder, String json, Map<String, Shape> shapes) {
        Map<String, Shape> named = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> named.put("base_model.model." + name, shape));
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("adapter_config.json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return write(folder.resolve("adapter_model.safetensors"), named).getParent();
    }

    /** Numbers that never repeat soon, other ones in each tensor. */
    static Path write(Path file, Map<String, Shape> shapes) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            shapes.forEach((name, shape) -> {
                float[] values = new float[(int) shape.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) Math.sin(0.7 * i + name.hashCode() % 100);
                }
                tensors.put(name, manager.create(values, shape));
            });
            SafeTensorsWriter.write(file, tensors, StorageType.F32, Map.of());
        }
        return file;
    }
}
