package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;

/** A table with one learned vector per id: [batch, tokens] of whole numbers to [batch, tokens, width]. */
public final class TokenEmbedding extends TensorBlock {
    private final int vocabulary;
    private final int width;
    private final Parameter weight;

    /** @param vocabulary number of ids */
    public TokenEmbedding(int vocabulary, int width) {
        this.vocabulary = vocabulary;
        this.width = width;
        weight = parameter("weight", Parameter.Type.WEIGHT, Initializers.NORMAL, vocabulary, width);
    }

    /**
     * @param ids [batch, tokens], int64
     * @return [batch, tokens, width]
     * @throws IllegalArgumentException if an id isn't in the vocabulary: native code would read beyond the table
     */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        Check.that(ids.getDataType() == DataType.INT64, "Ids must be int64, not %s.", ids.getDataType());
        for (long id : ids.toLongArray()) {
            Check.that(id >= 0 && id < vocabulary, "Id %d isn't within the vocabulary of %d.", id, vocabulary);
        }
        Shape s = ids.getShape();
        NDArray table = Scope.lend(value(weight, ids, pass), ids.getManager());
        return table.get(ids.flatten()).reshape(s.get(0), s.get(1), width);
    }
}
