package io.vitrail.transformer.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.TensorBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A model whose weights come from a checkpoint, and where each of them is. */
public abstract class CheckpointModel extends TensorBlock {
    private List<WeightTable.Filling> filled = List.of();

    /** Where each weight of a checkpoint belongs. */
    public abstract WeightTable weightTable();

    /**
     * What the base model's weights begin with in a checkpoint with a head, such as "bert"; the table's {@code {base}}.
     * Nothing, for a model whose heads stand beside it.
     */
    public String basePrefix() {
        return "";
    }

    /** The numbers behind the names in the weight table's shapes. */
    public abstract Map<String, Long> sizes();

    /** The parts that the checkpoint's weights go into: the model as a whole, if it doesn't say otherwise. */
    protected List<WeightTable.Filling> fillings(Checkpoint checkpoint) {
        return List.of(filling(checkpoint));
    }

    /** This model as one of a checkpoint's parts, with a table that tells of all its weights. */
    public final WeightTable.Filling filling(Checkpoint checkpoint) {
        return new WeightTable.Filling(weightTable(), checkpoint.base(basePrefix()), this, sizes());
    }

    /** This model as a part of a checkpoint that puts a prefix and a dot before all names of this model's weights. */
    public final WeightTable.Filling filling(Checkpoint checkpoint, String prefix) {
        boolean based = !checkpoint.base(prefix + "." + basePrefix()).isEmpty();
        return new WeightTable.Filling(weightTable().under(prefix), based ? basePrefix() : "", this, sizes());
    }

    /** Where the weights belong of the checkpoint that this class saves: the base model's names begin with its prefix. */
    public List<WeightPlace> places() {
        return WeightTable.places(List.of(new WeightTable.Filling(weightTable(), basePrefix(), this, sizes())));
    }

    /** Where the weights of a checkpoint belong in this model; shared ones by all their names. */
    public final List<WeightPlace> places(Checkpoint checkpoint) {
        return WeightTable.places(fillings(checkpoint));
    }

    /**
     * Checks, without loading, that a checkpoint holds this model's weights.
     *
     * @throws CheckpointException if it doesn't
     */
    public final void check(Checkpoint checkpoint) {
        WeightTable.check(checkpoint, fillings(checkpoint));
    }

    /**
     * The model with a checkpoint's weights, prepared for inference. The session owns them.
     *
     * @throws CheckpointException if the files are damaged or don't hold the weights that the model needs
     */
    public static <M extends CheckpointModel> Session<M> load(
            M model, Checkpoint checkpoint, Operations operations, Device device) {
        return new Session<>(model, operations, device, manager -> model.load(checkpoint, manager));
    }

    /**
     * Gives the parameters a checkpoint's weights, without preparing them, so that they can be trained.
     *
     * @param manager owns the weights
     * @throws CheckpointException if the files are damaged or don't hold the weights that the model needs
     */
    public final void load(Checkpoint checkpoint, NDManager manager) {
        filled = fillings(checkpoint);
        WeightTable.load(checkpoint, filled, manager);
    }

    /** Where the weights belong of the checkpoint that this model was loaded from; none before. */
    public final List<WeightPlace> loadedPlaces() {
        return WeightTable.places(filled);
    }

    /**
     * Saves the weights by the names of the checkpoint that they were loaded from, as one safetensors file.
     *
     * @param file replaced only when the new one is complete
     * @param floats the type to store: F32, F16 or BF16
     * @throws CheckpointException if the file can't be written
     */
    public final void save(Path file, StorageType floats) {
        WeightTable.save(file, floats, filled);
    }
}
