package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.RelativePositionBias;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import java.util.Optional;

/**
 * Self-attention that adds a bias of its layer's own to the scores, if there is one, besides what the pass adds (Bao et
 * al. 2021, BEiT). [batch, tokens, width] to the same.
 */
final class BiasedAttention extends TensorBlock {
    private final Optional<RelativePositionBias> bias;
    private final SelfAttention attention;

    BiasedAttention(Optional<RelativePositionBias> bias, AttentionConfig config) {
        this.bias = bias.map(table -> part("bias", table));
        attention = part("attention", new SelfAttention(config));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        AttentionMask own = bias.map(table -> table.mask(x, pass)).orElse(AttentionMask.NONE);
        return attention.forward(x, pass.withMask(own.and(pass.mask())));
    }
}
