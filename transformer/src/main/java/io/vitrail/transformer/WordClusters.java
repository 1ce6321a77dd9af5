package io.vitrail.transformer;

import java.util.List;

/**
 * A vocabulary in the order of frequency, cut into clusters: rare words get shorter vectors (Baevski and Auli 2019,
 * "Adaptive Input Representations for Neural Language Modeling", section 3).
 *
 * @param vocabulary number of words
 * @param cutoffs where the clusters behind the first begin
 * @param vectorWidth of the words of the first cluster
 * @param divisor each cluster's vectors are shorter than those before by this factor; 1 if all lie in one table
 * @param width of the tokens
 */
public record WordClusters(int vocabulary, List<Integer> cutoffs, int vectorWidth, int divisor, int width) {
    private static final int MOST = 64;

    public WordClusters {
        Check.that(vocabulary > 0 && width > 0 && vectorWidth > 0 && divisor > 0, "Sizes must be positive.");
        Check.that(cutoffs.size() < MOST, "There can be at most %d cutoffs, not %d.", MOST - 1, cutoffs.size());
        cutoffs = List.copyOf(cutoffs);
        int before = 0;
        for (int cutoff : cutoffs) {
            Check.that(
                    cutoff > before && cutoff < vocabulary,
                    "cutoffs %s must rise from above 0 to below the vocabulary of %d.",
                    cutoffs,
                    vocabulary);
            before = cutoff;
        }
        Check.that(
                vectorWidth >= Math.pow(divisor, cutoffs.size()),
                "Vectors of width %d can't be divided by %d for each of %d clusters.",
                vectorWidth,
                divisor,
                cutoffs.size() + 1);
    }

    public int count() {
        return cutoffs.size() + 1;
    }

    /** The first word of a cluster. */
    public int first(int cluster) {
        return cluster == 0 ? 0 : cutoffs.get(cluster - 1);
    }

    /** The first word behind a cluster. */
    public int end(int cluster) {
        return cluster == cutoffs.size() ? vocabulary : cutoffs.get(cluster);
    }

    /** Number of words of a cluster. */
    public int size(int cluster) {
        return end(cluster) - first(cluster);
    }

    void check(long word) {
        Check.that(word >= 0 && word < vocabulary, "Id %d isn't within the vocabulary of %d.", word, vocabulary);
    }

    /** The cluster of a word. */
    public int of(long word) {
        int cluster = 0;
        while (word >= end(cluster)) {
            cluster++;
        }
        return cluster;
    }

    /** Number of tables of vectors: one for each cluster, or one for all. */
    public int tables() {
        return divisor == 1 ? 1 : count();
    }

    /** Number of words in the table of a cluster. */
    public int tableSize(int cluster) {
        return divisor == 1 ? vocabulary : size(cluster);
    }

    /** Where a cluster begins in its table. */
    int firstRow(int cluster) {
        return divisor == 1 ? first(cluster) : 0;
    }

    /** Width of the vectors of a cluster. */
    public int vectorWidth(int cluster) {
        int narrowed = vectorWidth;
        for (int i = 0; i < cluster && divisor > 1; i++) {
            narrowed /= divisor;
        }
        return narrowed;
    }

    /** Whether a matrix leads from the words' vectors to tokens. */
    public boolean isProjected() {
        return divisor > 1 || vectorWidth != width;
    }
}
