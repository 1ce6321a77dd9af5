package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Check;

/** How the tokens of a picture become one vector. */
public enum Pooling {
    /** As the model's family defines it: a pooler's output, the class token, or a mean. */
    POOLED {
        @Override
        public NDArray pool(Features features, int specialTokens) {
            NDArray pooled = features.pooled();
            Shape s = pooled.getShape();
            return pooled.reshape(s.get(0), s.get(s.dimension() - 1));
        }
    },
    /** The class token behind the last norm. */
    CLASS_TOKEN {
        @Override
        public NDArray pool(Features features, int specialTokens) {
            return features.tokens().get(":, 0");
        }
    },
    /** The mean over the patches; special tokens don't count. */
    MEAN {
        @Override
        public NDArray pool(Features features, int specialTokens) {
            return features.tokens().get(":, {}:", specialTokens).mean(new int[] {1});
        }
    };

    /**
     * Refuses a pooling that a model can't serve.
     *
     * @throws IllegalArgumentException if it lacks the class token that this needs
     */
    public void check(int specialTokens) {
        Check.that(
                this != CLASS_TOKEN || specialTokens > 0,
                "This model has no class token.%n  try:  the pooling MEAN or POOLED.");
    }

    /** [batch, width]. */
    public abstract NDArray pool(Features features, int specialTokens);
}
