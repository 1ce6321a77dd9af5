package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Optional;

/**
 * From a token to a score for each id: y = x Eᵀ + b. [..., width] to [..., vocabulary]. E is a matrix of its own, or
 * the vectors that embed the ids (Press and Wolf 2017, "Using the Output Embedding to Improve Language Models"): weight
 * tables then call it {@code tied}. It is computed as within an encoder, for it is the largest matrix of a small model.
 */
public final class VocabularyProjection extends TensorBlock {
    private final int width;
    private final int vocabulary;
    private final Optional<TokenEmbedding> shared;
    private final Parameter table;
    private final Optional<Parameter> bias;
    private Optional<Affine> packed = Optional.empty();

    /**
     * The scores of an embedding's ids.
     *
     * @param tied whether they come from the vectors that embed the ids; otherwise from a matrix of its own
     */
    public static VocabularyProjection of(TokenEmbedding embedding, boolean tied, Bias bias) {
        return tied
                ? new VocabularyProjection(embedding, bias)
                : new VocabularyProjection(embedding.width(), embedding.vocabulary(), bias);
    }

    /** With a matrix of its own. */
    public VocabularyProjection(int width, int vocabulary, Bias bias) {
        this.width = width;
        this.vocabulary = vocabulary;
        shared = Optional.empty();
        table = parameter("weight", Parameter.Type.WEIGHT, Initializers.NORMAL, vocabulary, width);
        this.bias = shift(bias);
    }

    /** @param embedding whose table is shared; it stays another part's */
    public VocabularyProjection(TokenEmbedding embedding, Bias bias) {
        width = embedding.width();
        vocabulary = embedding.vocabulary();
        shared = Optional.of(embedding);
        table = addParameter(embedding.weight());
        this.bias = shift(bias);
    }

    private Optional<Parameter> shift(Bias choice) {
        return choice == Bias.PRESENT
                ? Optional.of(parameter("bias", Parameter.Type.BIAS, Initializers.ZERO, vocabulary))
                : Optional.empty();
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Operations inside = pass.operations().within();
        NDArray entered = inside.enter(x);
        NDArray scores = packed.isPresent()
                ? inside.linear(entered, packed.get(), Activation.LINEAR)
                : inside.sharedLinear(entered, affine(value(table, x, pass), bias.map(b -> value(b, x, pass))));
        NDArray adapted = pass.adaptation(this)
                .map(change -> change.onto(scores, entered, pass.withOperations(inside)))
                .orElse(scores);
        return inside.leave(adapted);
    }

    private Affine affine(NDArray weight, Optional<NDArray> added) {
        return new Affine(weight, added, width, vocabulary);
    }

    /**
     * A shared table stays as it is: the embedding goes on to read it, and a packed copy is made only where it pays.
     */
    @Override
    public void prepareFor(Operations operations) {
        Operations inside = operations.within();
        if (shared.isPresent() && inside.computesWithLoaded()) {
            return;
        }
        Affine loaded = affine(table.getArray(), bias.map(Parameter::getArray));
        Affine ready = inside.prepare(loaded);
        packed = Optional.of(ready);
        if (shared.isEmpty() && ready.weight() != loaded.weight()) {
            table.close();
            bias.ifPresent(Parameter::close);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(vocabulary)};
    }
}
