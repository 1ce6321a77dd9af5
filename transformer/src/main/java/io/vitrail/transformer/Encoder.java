package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A stack of blocks. It is the border between float32 and what the operations compute in, and the one place where the scopes
 * of intermediate tensors open: whatever {@linkplain Operations#layer a layer} makes is freed when it ends.
 */
public final class Encoder extends TensorBlock {
    private final int before;
    private final List<TensorBlock> blocks;

    /** @param block makes the block of each layer, counted from 0 */
    public Encoder(int depth, IntFunction<? extends TensorBlock> block) {
        this(0, depth, block);
    }

    /**
     * A stack behind others of the same model.
     *
     * @param before layers of those, whose keys and values are beside this one's in a cache
     * @param block makes the block of each layer, counted from 0 in this stack
     */
    public Encoder(int before, int depth, IntFunction<? extends TensorBlock> block) {
        Check.that(before >= 0, "before (%d) must not be negative", before);
        Check.that(depth >= 0, "depth (%d) must not be negative", depth);
        this.before = before;
        blocks = java.util.stream.IntStream.range(0, depth)
                .<TensorBlock>mapToObj(i -> part(Integer.toString(i), block.apply(i)))
                .toList();
    }

    /** Tokens through all layers; their vectors are consumed. */
    public Tokens forward(Tokens tokens, Pass pass) {
        AttentionMask mask = pass.mask().and(tokens.mask());
        return new Tokens(forward(tokens.vectors(), pass.withMask(mask)), tokens.mask());
    }

    /** [batch, tokens, width] to the same; x is consumed: it is closed or overwritten. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Operations inside = pass.operations().within();
        Pass stackPass = ofAllBlocks(pass, x.getManager()).withOperations(inside);
        pass.trace().append(Trace.Stage.HIDDEN_STATES, x);
        x = Scope.of(x, y -> inside.enter(inside.drop(y)));
        for (int i = 0; i < blocks.size(); i++) {
            Pass layerPass = stackPass.inLayer(before + i);
            layerPass.past().remember(x, inside);
            x = inside.layer(blocks.get(i), x, layerPass); // [batch, tokens, width]
            if (pass.trace().wants(Trace.Stage.HIDDEN_STATES)) {
                pass.trace().append(Trace.Stage.HIDDEN_STATES, inside.leave(x));
            }
        }
        return Scope.of(x, inside::leave);
    }

    /** With masks that are computed once for all blocks. */
    private static Pass ofAllBlocks(Pass pass, NDManager manager) {
        Pass masked = pass.withMask(pass.mask().computed(manager));
        return pass.context()
                .map(asked -> new Tokens(asked.vectors(), asked.mask().computed(manager)))
                .map(masked::withContext)
                .orElse(masked);
    }

    @Override
    public void prepareFor(Operations operations) {
        super.prepareFor(operations.within());
    }
}
