package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.RelativePositionBias;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;

/**
 * Self-attention within windows, with a bias by distance (Liu et al. 2021, section 3.2, W-MSA, and SW-MSA with a
 * shift): what it costs grows with the number of tokens, not with its square. [batch, tokens, width] to the same.
 */
final class WindowAttention extends TensorBlock {
    private final int side;
    private final int shift;
    private final RelativePositionBias bias;
    private final SelfAttention attention;

    /**
     * @param side of a window, in tokens
     * @param shift by how many tokens windows are moved down and to the right
     */
    WindowAttention(AttentionConfig config, int side, int shift) {
        this.side = side;
        this.shift = shift;
        bias = part("bias", new RelativePositionBias(0, new Grid(side, side), config.heads()));
        attention = part("attention", new SelfAttention(config));
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Windows windows = Windows.of(pass.grid(), side, shift);
        NDArray biases = bias.forward(x, pass.withGrid(new Grid(side, side))); // [1, heads, side², side²]
        Pass inside = pass.withMask(windows.mask(biases, x.getShape().get(0)));
        return windows.join(attention.forward(windows.cut(x), inside));
    }
}
