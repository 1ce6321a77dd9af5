package io.vitrail.fusion;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.WeightHolder;
import io.vitrail.transformer.weights.WeightTable;
import io.vitrail.vit.TokenLayout;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.image.Tiling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * How the tokens that a picture's words take from lie on pixels of a size; empty if they don't.
     */
    public Optional<TokenLayout> layout(int imageHeight, int imageWidth) {
        return Optional.empty();
    }

    /**
     * The places of a picture that was cut into tiles, if the processor cuts it; empty if words don't take from such.
     */
    Optional<PicturePlaces> places(int imageHeight, int imageWidth, Tiling tiling) {
        return layout(imageHeight, imageWidth).map(PicturePlaces::of);
    }

    /**
     * What each token of a text that the model wrote took from each of a picture's tokens, for models that write and
     * whose tokens have {@link #places}.
     *
     * @throws IllegalArgumentException for others
     */
    MeanAttention taken(VisionInput picture, WrittenText text, Pass pass) {
        throw WordSources.unknown().get();
    }

    @Override
    protected final List<WeightTable.Filling> fillings(Checkpoint checkpoint) {
        Map<String, TensorBlock> parts = parts().entrySet().stream()
                .filter(part -> !(part.getValue() instanceof CheckpointModel))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        WeightTable.Filling between = new WeightTable.Filling(
                weightTable(), checkpoint.base(basePrefix()), new Between(parameters(), parts), sizes());
        return Stream.concat(Stream.of(between), towers(checkpoint).stream()).toList();
    }
}
