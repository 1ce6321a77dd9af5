package io.vitrail.transformer.weights;

import ai.djl.Device;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TensorBlock;
import java.util.Map;

/** A model whose weights come from a checkpoint, and where each of them is. */
public abstract class CheckpointModel extends TensorBlock {
    /** Where each weight of a checkpoint belongs. */
    public abstract WeightTable weightTable();

    /** What the base model's weights begin with in a checkpoint with a head, such as "bert"; the table's {@code {base}}. */
    public abstract String basePrefix();

    /** The numbers behind the names in the weight table's shapes. */
    public abstract Map<String, Long> sizes();

    /**
     * The model with a checkpoint's weights, prepared for inference. The session owns them.
     *
     * @throws CheckpointException if the files are damaged or don't hold the weights that the model needs
     */
    public static <M extends CheckpointModel> Session<M> load(
            M model, Checkpoint checkpoint, Operations operations, Device device) {
        return new Session<>(model, operations, device, manager -> {
            String base = checkpoint.base(model.basePrefix());
            model.weightTable().load(checkpoint, base, model, model.sizes(), manager);
        });
    }
}
