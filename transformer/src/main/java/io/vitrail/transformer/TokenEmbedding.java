package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Parameter;

/** A table with one learned vector per id: [batch, tokens] of whole numbers to [batch, tokens, width]. */
public final class TokenEmbedding extends TensorBlock {
    private final int vocabulary;
    private final int width;
    private final String outside;
    private final Parameter weight;

    /** @param vocabulary number of ids */
    public TokenEmbedding(int vocabulary, int width) {
        this(vocabulary, width, "Id %d isn't within the vocabulary of %d.");
    }

    private TokenEmbedding(int vocabulary, int width, String outside) {
        this.vocabulary = vocabulary;
        this.width = width;
        this.outside = outside;
        weight = parameter("weight", Parameter.Type.WEIGHT, Initializers.NORMAL, vocabulary, width);
    }

    /** The table of the kinds of segments that a text has, such as first and second sentence (Devlin et al. 2018). */
    public static TokenEmbedding ofSegments(int kinds, int width) {
        return new TokenEmbedding(kinds, width, "Segment id %d isn't within the %d kinds of segments.");
    }

    /**
     * @param ids [batch, tokens], int64
     * @return [batch, tokens, width]
     * @throws IllegalArgumentException if an id isn't in the vocabulary: native code would read beyond the table
     */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        NDArray vectors = rows(Scope.lend(value(weight, ids, pass), ids.getManager()), ids, outside);
        return pass.adaptation(this)
                .map(change -> change.onto(vectors, ids, pass))
                .orElse(vectors);
    }

    /**
     * The rows of a table [rows, width] with the numbers [batch, tokens]: [batch, tokens, width], of the table's manager.
     *
     * @param outside says that a number isn't among so many rows
     */
    static NDArray rows(NDArray table, NDArray numbers, String outside) {
        Check.that(numbers.getDataType() == DataType.INT64, "Ids must be int64, not %s.", numbers.getDataType());
        long rows = table.getShape().get(0);
        for (long number : numbers.toLongArray()) {
            Check.that(number >= 0 && number < rows, outside, number, rows);
        }
        NDArray vectors = numbers.getNDArrayInternal()
                .embedding(numbers, table, SparseFormat.DENSE)
                .singletonOrThrow();
        vectors.attach(table.getManager());
        return vectors;
    }

    int vocabulary() {
        return vocabulary;
    }

    /** Of a vector. */
    public int width() {
        return width;
    }

    Parameter weight() {
        return weight;
    }
}
