package io.vitrail.vit;

import java.util.Arrays;

/** Which tokens of the last layer the answer is read from: the logits if the model classifies, else the pooled vector. */
public enum Readout {
    /** The class token. */
    CLASS_TOKEN,
    /** All tokens before the patches, each by a head of its own. */
    SPECIAL_TOKENS,
    /** The mean of the patches. */
    PATCHES,
    /** The class token, and beside it the mean of the patches. */
    CLASS_TOKEN_AND_PATCHES,
    /** The patches, as a learned probe attends to them in one more attention. */
    PROBE;

    /** The share of each token in the answer; they add up to 1. A probe's aren't known beforehand: all alike. */
    public double[] shares(int specialTokens, int tokens) {
        double[] shares = new double[tokens];
        switch (this) {
            case CLASS_TOKEN -> shares[0] = 1;
            case SPECIAL_TOKENS -> Arrays.fill(shares, 0, specialTokens, 1.0 / specialTokens);
            case PATCHES, PROBE -> Arrays.fill(shares, specialTokens, tokens, 1.0 / (tokens - specialTokens));
            case CLASS_TOKEN_AND_PATCHES -> {
                Arrays.fill(shares, specialTokens, tokens, 0.5 / (tokens - specialTokens));
                shares[0] = 0.5;
            }
        }
        return shares;
    }
}
