package io.vitrail.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Grid;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PreNormBlock;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Trace;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One stage of {@link Swin} (Liu et al. 2021, section 3.1): blocks whose windows lie regularly and shifted in turn
 * (equation 3), then, in all stages but the last, the merging of patches. [batch, tokens, width] to [batch, tokens / 4,
 * 2 · width], or to the same in the last stage. The pass knows the grid of the first stage.
 */
final class SwinStage extends TensorBlock {
    private final int number;
    private final List<TensorBlock> blocks;
    private final Optional<PatchMerging> merging;

    /** @param number of the stage, from 0 */
    SwinStage(Swin.Config config, int number) {
        this.number = number;
        EncoderConfig stage = config.stage(number);
        blocks = IntStream.range(0, stage.depth())
                .<TensorBlock>mapToObj(i -> part(Integer.toString(i), block(stage, config, i)))
                .toList();
        merging = number < config.stages() - 1
                ? Optional.of(part("merging", new PatchMerging(stage.width())))
                : Optional.empty();
    }

    private static PreNormBlock block(EncoderConfig stage, Swin.Config config, int number) {
        return new PreNormBlock(
                stage.norm(),
                new WindowAttention(stage.attention(), config.window(), shift(config, number)),
                stage.norm(),
                new Mlp(stage.width(), stage.mlpWidth(), stage.activation()));
    }

    /** By how many tokens a block's windows are moved: every second block's. */
    static int shift(Swin.Config config, int block) {
        return block % 2 == 0 ? 0 : config.window() / 2;
    }

    /** The grid of a stage's tokens; each merging of patches halves it, rounding up. */
    static Grid grid(Grid first, int stage) {
        return new Grid(Windows.ceil(first.rows(), 1 << stage), Windows.ceil(first.columns(), 1 << stage));
    }

    /** The trace gets the last block's attention only: so it is with the reference. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Pass inside = pass.withGrid(grid(pass.grid(), number));
        for (TensorBlock block : blocks) {
            boolean last = block == blocks.get(blocks.size() - 1);
            Pass ofBlock = last ? inside : inside.withTrace(Trace.NONE);
            x = Scope.of(x, y -> block.forward(y, ofBlock)); // [batch, tokens, width]
        }
        return merging.isEmpty() ? x : merging.get().forward(x, inside); // [batch, tokens / 4, 2 · width]
    }

    /**
     * Makes one token of two by two neighbours (section 3.1, "patch merging"): their vectors side by side, normalised,
     * and projected to twice the width. A grid with an odd side is padded with zeros.
     */
    private static final class PatchMerging extends TensorBlock {
        private final TokenNorm norm;
        private final Linear reduction;

        PatchMerging(int width) {
            norm = part("norm", new TokenNorm(4 * width, Swin.FIXED_EPSILON));
            reduction = part("reduction", new Linear(4 * width, 2 * width, Bias.ABSENT, Activation.LINEAR));
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            Shape s = x.getShape();
            Grid from = pass.grid();
            Grid to = grid(from, 1);
            NDArray map = x.reshape(s.get(0), from.rows(), from.columns(), s.get(2));
            NDArray four = Windows.padded(map, 2 * to.rows(), 2 * to.columns())
                    .reshape(s.get(0), to.rows(), 2, to.columns(), 2, s.get(2))
                    .transpose(0, 1, 3, 4, 2, 5) // the left two of a square first, then the right two
                    .reshape(s.get(0), to.tokens(), 4 * s.get(2));
            return reduction.forward(norm.forward(four, pass), pass); // [batch, tokens / 4, 2 · width]
        }
    }
}
