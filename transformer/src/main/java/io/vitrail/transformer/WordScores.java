package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Optional;

/**
 * From a token to a score for each of some words that follow each other, by the vectors that embed them: y = x Eᵀ + b
 * for their rows of the table E. It is a {@link VocabularyProjection} to a part of the vocabulary. [..., width] to
 * [..., words].
 */
final class WordScores extends TensorBlock {
    private final TokenEmbedding table;
    private final int first;
    private final int end;
    private final Parameter weight;
    private final Parameter bias;
    private Optional<Affine> packed = Optional.empty();

    /** @param table whose rows from first to before end count; it stays another part's, or nobody's */
    WordScores(TokenEmbedding table, int first, int end) {
        this.table = table;
        this.first = first;
        this.end = end;
        weight = addParameter(table.weight());
        bias = parameter("bias", Parameter.Type.BIAS, Initializers.ZERO, table.vocabulary());
    }

    private WordScores(WordScores same, int first, int end) {
        table = same.table;
        this.first = first;
        this.end = end;
        weight = addParameter(same.weight);
        bias = addParameter(same.bias);
    }

    /** Other words of the same table: weights are shared. */
    WordScores rows(int from, int to) {
        return new WordScores(this, from, to);
    }

    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Operations inside = pass.operations().within();
        NDArray entered = inside.enter(x);
        NDArray scores = packed.isPresent()
                ? inside.linear(entered, packed.get(), Activation.LINEAR)
                : inside.sharedLinear(entered, loaded(x, pass));
        return inside.leave(scores);
    }

    private Affine loaded(NDArray x, Pass pass) {
        return affine(
                Scope.lend(value(weight, x, pass), x.getManager()), Scope.lend(value(bias, x, pass), x.getManager()));
    }

    private Affine affine(NDArray matrix, NDArray shift) {
        NDArray rows = matrix.get("{}:{}", first, end);
        return new Affine(rows, Optional.of(shift.get("{}:{}", first, end)), table.width(), end - first);
    }

    /** The table stays as it is, for others read it: a packed copy is made only where it pays. */
    @Override
    public void prepareFor(Operations operations) {
        Operations inside = operations.within();
        if (!inside.computesWithLoaded()) {
            packed = Optional.of(affine(weight.getArray(), bias.getArray()).preparedFor(inside));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(end - first)};
    }
}
