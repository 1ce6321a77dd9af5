package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionMask;

/** How the tokens of a text become one vector. */
public enum TextPooling {
    /** What the model's pooler makes of the first token. */
    POOLED {
        @Override
        NDArray pool(TextFeatures features) {
            return TextEncoder.pooled(features);
        }
    },
    /** The first token, which stands for the whole text. */
    FIRST {
        @Override
        NDArray pool(TextFeatures features) {
            return features.first();
        }
    },
    /** The mean over the tokens; padding doesn't count. */
    MEAN {
        @Override
        NDArray pool(TextFeatures features) {
            return features.mean();
        }
    },
    /** Of each number the largest among the tokens; padding doesn't count. */
    MAX {
        @Override
        NDArray pool(TextFeatures features) {
            NDArray hidden = AttentionMask.hidingAllBut(features.input().real()); // [batch, tokens, 1]
            return features.tokens().add(hidden).max(new int[] {1});
        }
    };

    /** [batch, width]. */
    abstract NDArray pool(TextFeatures features);
}
