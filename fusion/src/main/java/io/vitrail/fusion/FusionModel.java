package io.vitrail.fusion;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.WeightHolder;
import io.vitrail.transformer.weights.WeightTable;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model of pictures and texts. Its towers come from vit and text, each with a table of its weights; its own table is about what
 * stands between them.
 */
public abstract class FusionModel extends CheckpointModel {
    /** What of the model isn't a tower. */
    private record Between(Map<String, Parameter> parameters, Map<String, TensorBlock> parts) implements WeightHolder {}

    /** Where the towers' weights are in a checkpoint. */
    abstract List<WeightTable.Filling> towers(Checkpoint checkpoint);

    @Override
    protected final List<WeightTable.Filling> fillings(Checkpoint checkpoint) {
        Map<String, TensorBlock> parts = parts().entrySet().stream()
                .filter(part -> !(part.getValue() instanceof CheckpointModel))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        WeightTable.Filling between = new WeightTable.Filling(
                weightTable(), checkpoint.base(basePrefix()), new Between(parameters(), parts), sizes());
        return Stream.concat(Stream.of(between), towers(checkpoint).stream()).toList();
    }

    /** None: what is between the towers stands beside them. */
    @Override
    public String basePrefix() {
        return "";
    }
}
