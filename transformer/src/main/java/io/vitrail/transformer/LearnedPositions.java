package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

/** One learned vector per place in a sequence (Gehring et al. 2017; Devlin et al. 2018): added to the tokens there. */
public final class LearnedPositions extends SequencePositions {
    private final int length;
    private final Parameter table;

    /** @param length the longest sequence, in tokens */
    public LearnedPositions(int length, int width) {
        this.length = length;
        table = parameter("weight", Parameter.Type.OTHER, Initializers.NORMAL, length, width);
    }

    /**
     * Adds the vectors of places 0 to tokens − 1: [batch, tokens, width] to the same.
     *
     * @throws IllegalArgumentException if the sequence is longer than the table
     */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        Shape s = x.getShape();
        Check.that(s.get(1) <= length, "A sequence of %d tokens is longer than the %d positions.", s.get(1), length);
        NDArray places = Scope.lend(value(table, x, pass), x.getManager()).get(":{}", s.get(1)); // [tokens, width]
        return x.add(places);
    }

    @Override
    public NDArray forward(NDArray x, NDArray places, Pass pass) {
        NDArray borrowed = Scope.lend(value(table, x, pass), x.getManager());
        return x.add(TokenEmbedding.rows(borrowed, places, "Position %d isn't within the table of %d positions."));
    }
}
