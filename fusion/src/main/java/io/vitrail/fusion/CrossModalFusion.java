package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.CrossAttention;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Mlp;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.PreNormDecoderBlock;
import io.vitrail.transformer.SelfAttention;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.TokenNorm;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.WeightTable;

/**
 * Two kinds of tokens become one: in each layer the tokens of a stream attend to each other, then ask those of a context
 * (Vaswani et al. 2017, section 3.1, with the norms of Xiong et al. 2020). Words may ask a picture, a picture may ask
 * words; whatever is {@link Tokens} serves, of any two widths.
 *
 * <pre>{@code
 * CrossModalFusion fusion = new CrossModalFusion(layers, 768); // the context is 768 wide
 * Tokens fused = fusion.forward(words, picture, pass);
 * }</pre>
 *
 * <p>{@link FusionDecoder} writes with it, {@link FusionClassifier} names classes. As a DJL block it maps a stream and a
 * context, and perhaps which of their tokens are real, to the stream's vectors: what DJL's Trainer needs.
 */
public final class CrossModalFusion extends TensorBlock {
    /** Names in a checkpoint; {@link WeightTable#below} puts them where a larger model has this part. */
    public static final WeightTable WEIGHTS = WeightTable.parse(
            """
            checkpoint                       | block                                   | shape
            layers.{i}.layernorm_before      | layers.{i}.norm1                        | width
            layers.{i}.attention.query       | layers.{i}.attention.projections.query  | width, width
            layers.{i}.attention.key         | layers.{i}.attention.projections.key    | width, width
            layers.{i}.attention.value       | layers.{i}.attention.projections.value  | width, width
            layers.{i}.attention.output      | layers.{i}.attention.output             | width, width
            layers.{i}.layernorm_cross       | layers.{i}.contextNorm                  | width
            layers.{i}.crossattention.query  | layers.{i}.contextAttention.query       | width, width
            layers.{i}.crossattention.key    | layers.{i}.contextAttention.key         | width, contextWidth
            layers.{i}.crossattention.value  | layers.{i}.contextAttention.value       | width, contextWidth
            layers.{i}.crossattention.output | layers.{i}.contextAttention.output      | width, width
            layers.{i}.layernorm_after       | layers.{i}.norm2                        | width
            layers.{i}.mlp.expand            | layers.{i}.mlp.expand                   | mlpWidth, width
            layers.{i}.mlp.contract          | layers.{i}.mlp.contract                 | width, mlpWidth
            layernorm                        | norm                                    | width
            """);

    private final int width;
    private final int contextWidth;
    private final Encoder layers;
    private final TokenNorm norm;

    /**
     * Without weights yet: load them, or initialise it to train from scratch.
     *
     * @param config of the layers, whose width is the stream's
     * @param contextWidth of the tokens that are asked
     */
    public CrossModalFusion(EncoderConfig config, int contextWidth) {
        Check.that(contextWidth > 0, "contextWidth (%d) must be positive", contextWidth);
        width = config.width();
        this.contextWidth = contextWidth;
        layers = part("layers", new Encoder(config.depth(), i -> layer(config, contextWidth)));
        norm = part("norm", config.norm());
    }

    private static PreNormDecoderBlock layer(EncoderConfig config, int contextWidth) {
        return new PreNormDecoderBlock(
                config.norm(),
                new SelfAttention(config.attention()),
                config.norm(),
                new CrossAttention(config.attention(), contextWidth),
                config.norm(),
                new Mlp(config.width(), config.mlpWidth(), config.activation()));
    }

    /**
     * The stream's tokens after all layers, normalised. What either side's mask hides, padding above all, has no
     * influence on what is real.
     *
     * @param stream [batch, tokens, width]; its vectors are consumed
     * @param context [contexts, contextTokens, contextWidth]; batch is a multiple of contexts
     * @throws IllegalArgumentException if one of them has another width
     */
    public Tokens forward(Tokens stream, Tokens context, Pass pass) {
        Check.that(
                context.vectors().getShape().get(2) == contextWidth,
                "The context's tokens are %d wide; this block asks tokens of width %d.",
                context.vectors().getShape().get(2),
                contextWidth);
        Pass asking = pass.withMask(pass.mask().and(stream.mask())).withContext(context);
        return new Tokens(forward(stream.vectors(), asking), stream.mask());
    }

    /** The same of a pass that carries mask, context and cache: [batch, tokens, width] to the same; x is consumed. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        long given = x.getShape().get(2);
        Check.that(given == width, "The stream's tokens are %d wide; this block's are %d.", given, width);
        return norm.forward(layers.forward(x, pass), pass);
    }

    /**
     * As DJL drives it.
     *
     * @param inputs stream, context, and perhaps which tokens of each are real, [batch, tokens] of 0 and 1
     */
    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        return new NDList(forward(tokens(inputs, 0), tokens(inputs, 1), pass).vectors());
    }

    /** One of two kinds of tokens among a DJL block's inputs. */
    static Tokens tokens(NDList inputs, int side) {
        Check.that(
                inputs.size() == 2 || inputs.size() == 4,
                "A stream and a context, and perhaps which tokens of each are real, are 2 or 4 arrays, not %d.",
                inputs.size());
        // a copy, for layers consume what they are given
        NDArray vectors = side == 0 ? inputs.get(0).duplicate() : inputs.get(side);
        return inputs.size() == 2
                ? Tokens.of(vectors)
                : new Tokens(vectors, new AttentionMask.Padding(inputs.get(2 + side)));
    }

    /** Width of the stream's tokens. */
    public int width() {
        return width;
    }

    /** Width of the tokens that are asked. */
    public int contextWidth() {
        return contextWidth;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
