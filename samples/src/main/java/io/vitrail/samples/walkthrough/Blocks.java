package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.AttentionConfig;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PostNormBlock;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.SinusoidalPositions;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenEmbedding;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Trace;
import java.util.Set;

/** The blocks that every model here is made of, with the given numbers as weights. */
final class Blocks {
    private static final Pass PASS = Pass.inference(ReadableOperations.INSTANCE);

    private final NDManager manager;
    private final TokenEmbedding embedding;
    private final SinusoidalPositions positions =
            new SinusoidalPositions(Given.WIDTH, SinusoidalPositions.Layout.INTERLEAVED);

    /** @param manager owns all arrays */
    Blocks(NDManager manager) {
        this.manager = manager;
        embedding = new Filling(manager)
                .rows("weight", Given.EMBEDDINGS)
                .into(new TokenEmbedding(Given.EMBEDDINGS.length, Given.WIDTH));
    }

    /** A forward pass without a mask. */
    static Pass pass() {
        return PASS;
    }

    /** Given numbers as they are: [rows, columns]. */
    NDArray matrix(float[]... rows) {
        return manager.create(rows);
    }

    /** The vectors of tokens: [1, tokens, width]. */
    NDArray embed(long... ids) {
        return embedding.forward(manager.create(ids, new Shape(1, ids.length)), PASS);
    }

    /** The sentence: [1, 6, width]. */
    NDArray sentence() {
        return embed(0, 1, 2, 3, 4, 5);
    }

    /** With the vectors of their places added. */
    NDArray placed(NDArray x) {
        return positions.forward(x, PASS);
    }

    /** @param output what mixes the heads' results, [width, width] */
    SelfAttention attention(int heads, float[][] output) {
        return new Filling(manager).attention("", output).into(new SelfAttention(config(heads)));
    }

    /** One layer of the paper's encoder, with two heads. */
    PostNormBlock layer() {
        return new Filling(manager)
                .attention("attention.", Given.OUTPUT)
                .norm("norm1")
                .matrix("mlp.expand.weight", Given.EXPAND)
                .vector("mlp.expand.bias", Given.EXPAND_BIAS)
                .matrix("mlp.contract.weight", Given.CONTRACT)
                .vector("mlp.contract.bias", Given.CONTRACT_BIAS)
                .norm("norm2")
                .into(new PostNormBlock(
                        new SelfAttention(config(2)),
                        norm(),
                        new Mlp(Given.WIDTH, Given.MLP_WIDTH, Activation.RELU),
                        norm()));
    }

    private static AttentionConfig config(int heads) {
        return AttentionConfig.of(Given.WIDTH, heads)
                .withQueryKeyValueBias(Bias.ABSENT)
                .withOutputBias(Bias.ABSENT);
    }

    private static TokenNorm norm() {
        return new TokenNorm(Given.WIDTH, Given.NORM_EPSILON);
    }

    /** A part of a block, by the names that weight tables have, such as "projections.query". */
    static TensorBlock part(TensorBlock block, String path) {
        for (String name : path.split("\\.")) {
            block = block.parts().get(name);
        }
        return block;
    }

    /** The attention weights that a pass of the block records: [1, heads, queries, keys]. */
    NDArray weights(TensorBlock block, NDArray x, Pass pass) {
        Trace trace = Trace.of(manager, Set.of(Trace.Stage.ATTENTIONS));
        block.forward(x, pass.withTrace(trace));
        return trace.recorded().get("attentions.0");
    }
}
