package io.vitrail.text;

import ai.djl.ndarray.NDArray;

/**
 * Places as fairseq counts them (Ott et al. 2019, "fairseq: A Fast, Extensible Toolkit for Sequence Modeling"), and the
 * models that were trained with it: padding stands where its own id says, and the first token behind that. So the first
 * rows of a table of positions belong to no token.
 */
final class FairseqPlaces {
    /** The id of padding in fairseq's own vocabularies. */
    static final int PADDING = 1;

    private FairseqPlaces() {}

    /** Rows of a table for so many tokens, where padding has fairseq's id. */
    static int rows(int tokens) {
        return Math.addExact(tokens, PADDING + 1);
    }

    /** Places that are counted from 0, as fairseq's: [batch or 1, tokens] to the same. */
    static NDArray of(NDArray places, int padding) {
        return places.add(padding + 1);
    }

    /** Counted over real tokens, which are 1 where padding is 0: int64, [batch, tokens] to the same. */
    static NDArray ofReal(NDArray real, int padding) {
        return real.cumSum(1).mul(real).add(padding);
    }
}
