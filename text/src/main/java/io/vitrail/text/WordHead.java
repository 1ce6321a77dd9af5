package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;

/**
 * Which word a token is (Devlin et al. 2018, section 3.1, task 1): a layer and a norm, then a score for each word of the
 * vocabulary. [..., width] to [..., vocabulary].
 */
public final class WordHead extends TensorBlock {
    private final Linear transform;
    private final TokenNorm norm;
    private final TensorBlock decoder;

    /** @param decoder [..., width] to [..., vocabulary] */
    public WordHead(Linear transform, TokenNorm norm, TensorBlock decoder) {
        this.transform = part("transform", transform);
        this.norm = part("norm", norm);
        this.decoder = part("decoder", decoder);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return decoder.forward(norm.forward(transform.forward(x, pass), pass), pass);
    }
}
