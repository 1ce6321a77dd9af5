package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Vectors of words that are the shorter the rarer the words (Baevski and Auli 2019, "Adaptive Input Representations
 * for Neural Language Modeling", section 3.1), widened to tokens and scaled by √width (Vaswani et al. 2017, section
 * 3.4). Ids [batch, tokens] to [batch, tokens, width].
 */
public final class AdaptiveEmbedding extends TensorBlock {
    /** The words of a table. */
    private static final class Table extends TensorBlock {
        private final TokenEmbedding words;
        private final Optional<TwoWayProjection> projection;

        Table(WordClusters clusters, int number) {
            int vectorWidth = clusters.vectorWidth(number);
            words = part("words", new TokenEmbedding(clusters.tableSize(number), vectorWidth));
            projection = clusters.isProjected()
                    ? Optional.of(part("projection", new TwoWayProjection(vectorWidth, clusters.width())))
                    : Optional.empty();
        }

        /** Rows of the table [1, n] to [1, n, width]. */
        @Override
        public NDArray forward(NDArray rows, Pass pass) {
            NDArray vectors = words.forward(rows, pass);
            return projection.map(block -> block.forward(vectors, pass)).orElse(vectors);
        }
    }

    private final WordClusters clusters;
    private final List<Table> tables;

    public AdaptiveEmbedding(WordClusters clusters) {
        this.clusters = clusters;
        tables = IntStream.range(0, clusters.tables())
                .mapToObj(i -> part(Integer.toString(i), new Table(clusters, i)))
                .toList();
    }

    /** The table that a cluster's words are in. */
    TokenEmbedding words(int cluster) {
        return table(cluster).words;
    }

    TwoWayProjection projection(int cluster) {
        return table(cluster).projection.orElseThrow();
    }

    private Table table(int cluster) {
        return tables.get(Math.min(cluster, tables.size() - 1));
    }

    /**
     * @param ids [batch, tokens], int64
     * @throws IllegalArgumentException if an id isn't in the vocabulary
     */
    @Override
    public NDArray forward(NDArray ids, Pass pass) {
        Check.that(ids.getDataType() == DataType.INT64, "Ids must be int64, not %s.", ids.getDataType());
        NDManager manager = ids.getManager();
        long[] words = ids.toLongArray();
        int[] numbers = tableNumbers(words);
        long[] places = new long[words.length]; // of each word among the vectors, which lie table by table
        NDList vectors = new NDList();
        int next = 0;
        for (int number = 0; number < tables.size(); number++) {
            int table = number;
            int[] its = IntStream.range(0, words.length)
                    .filter(i -> numbers[i] == table)
                    .toArray();
            for (int i : its) {
                places[i] = next++;
            }
            if (its.length > 0) {
                int first = tables.size() == 1 ? 0 : clusters.first(table);
                long[] rows = IntStream.of(its).mapToLong(i -> words[i] - first).toArray();
                vectors.add(tables.get(table).forward(manager.create(rows, new Shape(1, rows.length)), pass));
            }
        }
        NDArray inOrder = NDArrays.concat(vectors, 1).get(0).get(manager.create(places)); // [batch · tokens, width]
        return Numbers.times(inOrder, Math.sqrt(clusters.width()))
                .reshape(ids.getShape().add(clusters.width()));
    }

    private int[] tableNumbers(long[] words) {
        int[] numbers = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            clusters.check(words[i]);
            numbers[i] = Math.min(clusters.of(words[i]), tables.size() - 1);
        }
        return numbers;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(clusters.width())};
    }
}
