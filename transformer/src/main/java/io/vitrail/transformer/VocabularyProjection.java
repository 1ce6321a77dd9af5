package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Optional;

/**
 * From a token to a score for each id, by the vectors that embed the ids (Press and Wolf 2017, "Using the Output Embedding to
 * Improve Language Models"): y = x Eᵀ + b. [..., width] to [..., vocabulary]. Weight tables call the shared table {@code
 * tied}; without sharing, a {@link Linear} takes this part's place.
 */
public final class VocabularyProjection extends TensorBlock {
    private final TokenEmbedding embedding;
    private final Parameter table;
    private final Optional<Parameter> bias;
    private Optional<Affine> packed = Optional.empty();

    /** @param embedding whose table is shared; it stays another part's */
    public VocabularyProjection(TokenEmbedding embedding, Bias bias) {
        this.embedding = embedding;
        table = addParameter(embedding.weight());
        this.bias = bias == Bias.PRESENT
                ? Optional.of(parameter("bias", Parameter.Type.BIAS, Initializers.ZERO, embedding.vocabulary()))
                : Optional.empty();
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Affine affine =
                packed.orElseGet(() -> affine(value(table, x, pass), bias.map(parameter -> value(parameter, x, pass))));
        return pass.operations().linear(x, affine, Activation.LINEAR);
    }

    private Affine affine(NDArray weight, Optional<NDArray> shift) {
        return new Affine(weight, shift, embedding.width(), embedding.vocabulary());
    }

    /** The packed form is a copy: the embedding goes on to read the table. */
    @Override
    public void prepareFor(Operations operations) {
        packed = Optional.of(operations.prepare(affine(table.getArray(), bias.map(Parameter::getArray))));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(embedding.vocabulary())};
    }
}
