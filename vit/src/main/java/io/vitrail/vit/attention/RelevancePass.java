package io.vitrail.vit.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.AttentionRecorder;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.vit.Features;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A forward and a backward pass: the score of an answer, differentiated by all attention weights.
 *
 * @param model prepared for readable operations
 * @param pixels [1, channels, imageHeight, imageWidth], normalised
 */
record RelevancePass(VisionModel model, NDArray pixels, Pass pass, PhotoView view) {
    /** @param label the class that is scored; the most probable one if empty */
    Relevance run(OptionalInt label) {
        NDManager manager = pixels.getManager();
        AttentionRecorder recorder = AttentionRecorder.differentiable(pass.operations(), manager);
        Pass recorded = pass.withOperations(recorder);
        Optional<String> name;
        try (GradientCollector gradients = collector()) {
            Features features = model.features(VisionInput.of(pixels), recorded);
            if (model.classifies()) {
                NDArray logits = model.logits(features, recorded); // [1, labels]
                int index = label.orElseGet(() -> (int) logits.argMax(1).getLong(0));
                name = Optional.of(model.labels().get(index));
                gradients.backward(logits.get(0, index));
            } else {
                name = Optional.empty();
                gradients.backward(distinction(features.pooled()));
            }
        }
        return new Relevance(
                name, Recording.ofRelevance(model, view, recorder.recorded()).relevance());
    }

    private static GradientCollector collector() {
        try {
            return DjlEngine.get().newGradientCollector();
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "The engine computes one gradient at a time, and something else in this program, such as a"
                            + " training, has begun one.\n"
                            + "  try:  again when that is done, or rollout, which needs no gradient.",
                    e);
        }
    }

    /** How far a pooled vector lies from that of an empty picture, along the line from there to here. */
    private NDArray distinction(NDArray pooled) {
        NDArray empty = model.features(VisionInput.of(pixels.zerosLike()), pass).pooled();
        float[] direction = pooled.toFloatArray();
        float[] origin = empty.toFloatArray();
        double squares = 0;
        for (int i = 0; i < direction.length; i++) {
            direction[i] -= origin[i];
            squares += (double) direction[i] * direction[i];
        }
        for (int i = 0; i < direction.length && squares > 0; i++) {
            direction[i] /= (float) Math.sqrt(squares);
        }
        NDArray unit = Scope.owned(pooled.getManager().create(direction));
        return pooled.flatten().mul(unit).sum();
    }
}
