package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Probabilities of words in two steps (Grave et al. 2017, "Efficient softmax approximation for GPUs", section 4.2): a
 * first softmax over the frequent words and, for each cluster of rare ones, whether it is one of them; a second
 * within the cluster. Where only certain words are asked for, the clusters that none of them is in aren't computed.
 * The words' vectors may be those that embed them (Press and Wolf 2017).
 */
public final class AdaptiveSoftmax extends TensorBlock {
    /**
     * What is shared with the embedding.
     *
     * @param words whether the words' vectors are
     * @param projections for each cluster, whether the matrix that leads to them is
     */
    public record Tied(boolean words, List<Boolean> projections) {
        public Tied {
            projections = List.copyOf(projections);
        }
    }

    /** Scores of a cluster's words. */
    private static final class Cluster extends TensorBlock {
        private final Optional<TwoWayProjection> projection;
        private final WordScores words;

        Cluster(Optional<TwoWayProjection> projection, WordScores words) {
            this.projection = projection.map(block -> part("projection", block));
            this.words = part("words", words);
        }

        NDArray narrowed(NDArray x, Pass pass) {
            return projection.map(block -> block.narrow(x, pass)).orElse(x);
        }

        @Override
        public NDArray forward(NDArray x, Pass pass) {
            return words.forward(narrowed(x, pass), pass);
        }
    }

    private final WordClusters clusters;
    private final List<Cluster> parts;
    private final Optional<Linear> rare;

    /**
     * @param embedding that parts are shared with
     * @throws IllegalArgumentException if it isn't said for each cluster whether its projection is shared
     */
    public AdaptiveSoftmax(WordClusters clusters, AdaptiveEmbedding embedding, Tied tied) {
        Check.that(
                tied.projections().size() == clusters.count(),
                "There are %d clusters, not %d.",
                clusters.count(),
                tied.projections().size());
        this.clusters = clusters;
        parts = new ArrayList<>();
        for (int i = 0; i < clusters.count(); i++) {
            Optional<TwoWayProjection> projection =
                    clusters.isProjected() ? Optional.of(projection(i, embedding, tied)) : Optional.empty();
            parts.add(part(Integer.toString(i), new Cluster(projection, words(i, embedding, tied))));
        }
        rare = clusters.count() > 1
                ? Optional.of(part("rare", new Linear(clusters.vectorWidth(), clusters.count() - 1)))
                : Optional.empty();
    }

    private TwoWayProjection projection(int cluster, AdaptiveEmbedding embedding, Tied tied) {
        return tied.projections().get(cluster)
                ? embedding.projection(cluster)
                : new TwoWayProjection(clusters.vectorWidth(cluster), clusters.width());
    }

    private WordScores words(int cluster, AdaptiveEmbedding embedding, Tied tied) {
        int first = clusters.firstRow(cluster);
        int end = first + clusters.size(cluster);
        if (cluster > 0 && clusters.tables() == 1) {
            return parts.get(0).words.rows(first, end);
        }
        TokenEmbedding table = tied.words()
                ? embedding.words(cluster)
                : new TokenEmbedding(clusters.tableSize(cluster), clusters.vectorWidth(cluster));
        return new WordScores(table, first, end);
    }

    /** Logarithms of the probabilities of all words: [..., width] to [..., vocabulary]. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        NDArray tokens = x.reshape(-1, clusters.width());
        NDArray head = head(tokens, pass); // [n, frequent words + clusters of rare ones]
        int frequent = clusters.size(0);
        NDList all = new NDList(head.get(":, :{}", frequent));
        for (int i = 1; i < clusters.count(); i++) {
            NDArray within = parts.get(i).forward(tokens, pass).logSoftmax(1);
            all.add(within.add(head.get(":, {}:{}", frequent + i - 1, frequent + i)));
        }
        return NDArrays.concat(all, 1).reshape(getOutputShapes(new Shape[] {x.getShape()})[0]);
    }

    /** Logarithms of the probabilities of the frequent words, and of the clusters: [n, words + clusters]. */
    private NDArray head(NDArray tokens, Pass pass) {
        NDArray x = parts.get(0).narrowed(tokens, pass);
        NDArray words = parts.get(0).words.forward(x, pass);
        return rare.map(block -> words.concat(block.forward(x, pass), 1))
                .orElse(words)
                .logSoftmax(1);
    }

    /**
     * Logarithms of the probabilities of certain words.
     *
     * @param x [n, width]
     * @param words one for each row
     * @throws IllegalArgumentException if a word isn't in the vocabulary
     */
    public float[] of(NDArray x, long[] words, Pass pass) {
        for (long word : words) {
            clusters.check(word);
        }
        NDArray head = head(x, pass);
        float[] found = new float[words.length];
        for (int cluster = 0; cluster < clusters.count(); cluster++) {
            int number = cluster;
            int[] rows = IntStream.range(0, words.length)
                    .filter(i -> clusters.of(words[i]) == number)
                    .toArray();
            if (rows.length > 0) {
                float[] its = ofCluster(cluster, x, head, rows, words, pass);
                IntStream.range(0, rows.length).forEach(i -> found[rows[i]] = its[i]);
            }
        }
        return found;
    }

    private float[] ofCluster(int cluster, NDArray x, NDArray head, int[] rows, long[] words, Pass pass) {
        NDArray numbers =
                x.getManager().create(IntStream.of(rows).asLongStream().toArray());
        long[] columns = IntStream.of(rows)
                .mapToLong(row -> words[row] - clusters.first(cluster))
                .toArray();
        NDArray chosen = x.getManager().create(columns, new Shape(rows.length, 1));
        NDArray its = head.get(numbers);
        if (cluster == 0) {
            return its.gather(chosen, 1).toFloatArray();
        }
        int column = clusters.size(0) + cluster - 1;
        NDArray within = parts.get(cluster).forward(x.get(numbers), pass).logSoftmax(1);
        return within.gather(chosen, 1)
                .add(its.get(":, {}:{}", column, column + 1))
                .toFloatArray();
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(clusters.vocabulary())};
    }
}
