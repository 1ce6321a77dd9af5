package io.vitrail.fusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Linear;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.Tokens;
import io.vitrail.transformer.weights.CheckpointModel;
import io.vitrail.transformer.weights.WeightTable;
import java.util.Map;

/**
 * Names a class for two kinds of tokens, such as a question and a picture: a {@link CrossModalFusion}, the mean of the
 * stream's real tokens, and a linear layer. As a DJL block it maps a stream and a context, and perhaps which of their
 * tokens are real, to logits [batch, classes].
 */
public final class FusionClassifier extends CheckpointModel {
    static final WeightTable WEIGHTS = WeightTable.parse(
                    """
            checkpoint | block | shape
            classifier | head  | classes, width
            """)
            .and(CrossModalFusion.WEIGHTS.below("fusion"));

    private final EncoderConfig layers;
    private final int classes;
    private final CrossModalFusion fusion;
    private final Linear head;

    /**
     * Without weights yet: load them, or initialise it to train from scratch.
     *
     * @param contextWidth of the tokens that are asked
     */
    public FusionClassifier(EncoderConfig layers, int contextWidth, int classes) {
        Check.that(classes > 0, "classes (%d) must be positive", classes);
        this.layers = layers;
        this.classes = classes;
        fusion = part("fusion", new CrossModalFusion(layers, contextWidth));
        head = part("head", new Linear(layers.width(), classes));
    }

    /**
     * Scores before softmax, [batch, classes].
     *
     * @param stream [batch, tokens, width] without a mask, or with one of padding; its vectors are consumed
     * @param context [contexts, contextTokens, contextWidth]; batch is a multiple of contexts
     */
    public NDArray logits(Tokens stream, Tokens context, Pass pass) {
        return head.forward(mean(fusion.forward(stream, context, pass)), pass);
    }

    /** The mean of the real tokens: [batch, width]. */
    private static NDArray mean(Tokens tokens) {
        NDArray x = tokens.vectors();
        if (tokens.mask() instanceof AttentionMask.None) {
            return x.mean(new int[] {1});
        }
        Check.that(
                tokens.mask() instanceof AttentionMask.Padding,
                "The mean of a stream's tokens needs a mask of padding, or none.");
        NDArray real = Scope.lend(((AttentionMask.Padding) tokens.mask()).real(), x.getManager())
                .toType(DataType.FLOAT32, false)
                .expandDims(2); // [batch, tokens, 1]
        return x.mul(real).sum(new int[] {1}).div(real.sum(new int[] {1}));
    }

    /** Of a pass that carries the context: [batch, tokens, width] to logits. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return head.forward(fusion.forward(x, pass).mean(new int[] {1}), pass);
    }

    @Override
    protected NDList forward(NDList inputs, Pass pass) {
        return new NDList(logits(CrossModalFusion.tokens(inputs, 0), CrossModalFusion.tokens(inputs, 1), pass));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), classes)};
    }

    @Override
    public WeightTable weightTable() {
        return WEIGHTS;
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of(
                "width", (long) layers.width(),
                "contextWidth", (long) fusion.contextWidth(),
                "mlpWidth", (long) layers.mlpWidth(),
                "classes", (long) classes);
    }
}
