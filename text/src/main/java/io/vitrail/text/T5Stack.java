package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.BucketedPositionBias;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.RmsNorm;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.Trace;

/**
 * T5's encoder or decoder (Raffel et al. 2020, section 2.1): pre-norm blocks that share one bias for the distances
 * between tokens, and a last norm. [batch, tokens, width] to the same.
 */
final class T5Stack extends TensorBlock {
    private final BucketedPositionBias bias;
    private final Encoder blocks;
    private final RmsNorm norm;

    T5Stack(BucketedPositionBias bias, Encoder blocks, RmsNorm norm) {
        this.bias = part("bias", bias);
        this.blocks = part("blocks", blocks);
        this.norm = part("norm", norm);
    }

    /** Records {@code last_hidden_state} and the layers' stages; the last hidden state is the normalised one. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        AttentionMask mask = bias.mask(x, pass).and(pass.mask());
        x = norm.forward(blocks.forward(x, pass.withMask(mask)), pass);
        pass.trace().replaceLast(Trace.Stage.HIDDEN_STATES, x);
        pass.trace().record("last_hidden_state", x);
        return x;
    }
}
