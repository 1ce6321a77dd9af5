package io.vitrail.vit.training;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.AttentionDropout;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.VisionModel;

/**
 * A classifier of pictures that DJL's trainer drives, from pixels to logits. When it learns, it leaves out weights of
 * attention as its config says.
 */
final class LearningClassifier extends TensorBlock {
    private static final String TOWER = "vision_config";

    private final VisionModel model;
    private final float dropout;

    /** @param config the model's; of one of two towers that of both */
    LearningClassifier(VisionModel model, ObjectNode config) {
        this.model = part("model", model);
        ConfigJson whole = new ConfigJson(config);
        dropout = AttentionDropout.rate(whole.object(TOWER).orElse(whole));
    }

    @Override
    public NDArray forward(NDArray pixels, Pass pass) {
        return model.forward(
                pixels, pass.training() ? pass.withOperations(AttentionDropout.of(pass.operations(), dropout)) : pass);
    }
}
