package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;

/** How the tokens of a picture become one vector. */
public enum Pooling {
    /** As the model's family defines it: a pooler's output, the class token, or a mean. */
    POOLED {
        @Override
        NDArray pool(Features features, int specialTokens) {
            NDArray pooled = features.pooled();
            Shape s = pooled.getShape();
            return pooled.reshape(s.get(0), s.get(s.dimension() - 1));
        }
    },
    /** The class token behind the last norm. */
    CLASS_TOKEN {
        @Override
        NDArray pool(Features features, int specialTokens) {
            Check.that(specialTokens > 0, "This model has no class token.%n  try:  Pooling.MEAN or Pooling.POOLED.");
            return features.tokens().get(":, 0");
        }
    },
    /** The mean over the patches; special tokens don't count. */
    MEAN {
        @Override
        NDArray pool(Features features, int specialTokens) {
            return features.tokens().get(":, {}:", specialTokens).mean(new int[] {1});
        }
    };

    /** [batch, width]. */
    abstract NDArray pool(Features features, int specialTokens);
}
