package io.vitrail.text.training;

import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.StoredTensor;
import io.vitrail.transformer.weights.WeightPlace;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A head that a checkpoint hasn't: it begins as the reference begins it, with normally distributed weights and biases of 0.
 *
 * @param model with the head, without weights yet
 * @param deviation of the weights
 */
record NewHead(CheckpointModel model, double deviation, long seed) {
    private static final double USUAL = 0.02;

    static NewHead of(CheckpointModel model, ConfigJson config, long seed) {
        return new NewHead(model, config.number("initializer_range", config.number("init_std", USUAL)), seed);
    }

    /** The weights of a part of the model. */
    static List<WeightPlace> placesOf(String part, CheckpointModel model, List<WeightPlace> places) {
        Set<TensorBlock> blocks = Collections.newSetFromMap(new IdentityHashMap<>());
        if (model.parts().containsKey(part)) {
            collect(model.parts().get(part), blocks);
        }
        return places.stream()
                .filter(place -> place.holder() instanceof TensorBlock block && blocks.contains(block))
                .toList();
    }

    private static void collect(TensorBlock block, Set<TensorBlock> blocks) {
        blocks.add(block);
        block.parts().values().forEach(part -> collect(part, blocks));
    }

    /** The checkpoint with new weights for these places; it is valid while the given one is open. */
    Checkpoint in(Checkpoint checkpoint, List<WeightPlace> places) {
        Map<String, StoredTensor> weights = new HashMap<>();
        StoredTensor any = checkpoint.tensor(checkpoint.names().iterator().next());
        for (WeightPlace place : places) {
            long[] shape = place.holder()
                    .parameters()
                    .get(place.parameter())
                    .getShape()
                    .getShape();
            double scale = place.parameter().equals("weight") ? deviation : 0;
            long own = Seeds.random(seed, 0, place.name().hashCode()).nextLong();
            weights.put(place.name(), StoredTensor.computed(any, shape, () -> normal(shape, scale, own)));
        }
        return weights.isEmpty() ? checkpoint : checkpoint.withWeights(weights);
    }

    private static float[] normal(long[] shape, double scale, long seed) {
        Random random = new Random(seed);
        float[] weights = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (scale * random.nextGaussian());
        }
        return weights;
    }
}
