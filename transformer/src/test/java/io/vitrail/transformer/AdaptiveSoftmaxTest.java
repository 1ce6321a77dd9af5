package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.AdaptiveSoftmax.Tied;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A vocabulary in clusters: embedded with shorter vectors the rarer the words, and predicted in two steps. */
class AdaptiveSoftmaxTest {
    private static final int WIDTH = 6;
    private static final int VOCABULARY = 11;

    private final NDManager manager = DjlEngine.newManager(Device.cpu());
    private final Pass pass = Pass.inference(ReadableOperations.INSTANCE);

    @AfterEach
    void free() {
        manager.close();
    }

    static List<WordClusters> vocabularies() {
        return List.of(
                new WordClusters(VOCABULARY, List.of(), WIDTH, 1, WIDTH),
                new WordClusters(VOCABULARY, List.of(), 4, 1, WIDTH),
                new WordClusters(VOCABULARY, List.of(3, 7), WIDTH, 1, WIDTH),
                new WordClusters(VOCABULARY, List.of(3, 7), 4, 1, WIDTH),
                new WordClusters(VOCABULARY, List.of(3, 7), 9, 3, WIDTH));
    }

    private static AdaptiveSoftmax softmax(WordClusters clusters, AdaptiveEmbedding embedding) {
        List<Boolean> all =
                IntStream.range(0, clusters.count()).mapToObj(i -> i > 0).toList();
        return new AdaptiveSoftmax(clusters, embedding, new Tied(true, all));
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void probabilitiesOfAllWordsAddUpToOne(WordClusters clusters) {
        AdaptiveEmbedding embedding = Weights.random(new AdaptiveEmbedding(clusters), manager);
        AdaptiveSoftmax softmax = Weights.random(softmax(clusters, embedding), manager);
        NDArray scores = softmax.forward(Weights.wave(manager, 2, 3, WIDTH), pass);
        assertThat(scores.getShape()).isEqualTo(new Shape(2, 3, VOCABULARY));
        for (float sum : scores.exp().sum(new int[] {2}).toFloatArray()) {
            assertThat(sum).isCloseTo(1, within(1e-5f));
        }
        assertThat(scores.max().getFloat() - scores.min().getFloat()).isGreaterThan(0.5f);
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void singleWordsGetWhatTheyGetAmongAll(WordClusters clusters) {
        AdaptiveEmbedding embedding = Weights.random(new AdaptiveEmbedding(clusters), manager);
        AdaptiveSoftmax softmax = Weights.random(softmax(clusters, embedding), manager);
        NDArray x = Weights.wave(manager, VOCABULARY, WIDTH);
        long[] words =
                LongStream.range(0, VOCABULARY).map(i -> 7 * i % VOCABULARY).toArray();
        float[] all = softmax.forward(x, pass).toFloatArray();
        float[] found = softmax.of(x, words, pass);
        for (int i = 0; i < VOCABULARY; i++) {
            assertThat(found[i]).isCloseTo(all[i * VOCABULARY + (int) words[i]], within(1e-5f));
        }
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void preparedItAnswersTheSame(WordClusters clusters) {
        AdaptiveEmbedding embedding = Weights.random(new AdaptiveEmbedding(clusters), manager);
        AdaptiveSoftmax softmax = Weights.random(softmax(clusters, embedding), manager);
        NDArray ids = manager.create(LongStream.range(0, VOCABULARY).toArray(), new Shape(1, VOCABULARY));
        float[] vectors = embedding.forward(ids, pass).toFloatArray();
        NDArray x = Weights.wave(manager, VOCABULARY, WIDTH);
        float[] scores = softmax.forward(x, pass).toFloatArray();
        Operations fast = Kernels.choose(Device.cpu(), Precision.FP32);
        embedding.prepareFor(fast);
        softmax.prepareFor(fast);
        Pass fastPass = Pass.inference(fast);
        assertThat(embedding.forward(ids, fastPass).toFloatArray()).containsExactly(vectors, within(1e-5f));
        assertThat(softmax.forward(x, fastPass).toFloatArray()).containsExactly(scores, within(1e-5f));
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void eachWordHasItsVectorWhereverItStands(WordClusters clusters) {
        AdaptiveEmbedding embedding = Weights.random(new AdaptiveEmbedding(clusters), manager);
        long[] ids = {9, 0, 4, 4, 2, 10};
        NDArray together = embedding.forward(manager.create(ids, new Shape(2, 3)), pass);
        assertThat(together.getShape()).isEqualTo(new Shape(2, 3, WIDTH));
        for (int i = 0; i < ids.length; i++) {
            NDArray alone = embedding.forward(manager.create(new long[] {ids[i]}, new Shape(1, 1)), pass);
            float[] its = together.get(i / 3, i % 3).toFloatArray();
            assertThat(alone.toFloatArray()).containsExactly(its, within(1e-6f));
        }
    }

    @Test
    void vectorsAreScaledByTheRootOfTheWidth() {
        WordClusters clusters = new WordClusters(2, List.of(), 4, 1, 4);
        AdaptiveEmbedding embedding = Weights.initial(new AdaptiveEmbedding(clusters), manager);
        Weights.array(embedding, "0.words.weight").set(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
        NDArray vector = embedding.forward(manager.create(new long[] {1}, new Shape(1, 1)), pass);
        assertThat(vector.toFloatArray()).containsExactly(10, 12, 14, 16);
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        WordClusters clusters = vocabularies().get(4);
        AdaptiveEmbedding embedding = Weights.random(new AdaptiveEmbedding(clusters), manager);
        AdaptiveSoftmax softmax = Weights.random(softmax(clusters, embedding), manager);
        for (long id : new long[] {-1, VOCABULARY}) {
            NDArray ids = manager.create(new long[] {id}, new Shape(1, 1));
            String message = "Id " + id + " isn't within the vocabulary of 11.";
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> embedding.forward(ids, pass))
                    .withMessage(message);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> softmax.of(Weights.wave(manager, 1, WIDTH), new long[] {id}, pass))
                    .withMessage(message);
        }
    }

    @Test
    void clustersThatCannotBeAreRefused() {
        for (List<Integer> cutoffs : List.of(List.of(0), List.of(5, 5), List.of(7, 3), List.of(11))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new WordClusters(VOCABULARY, cutoffs, 4, 1, WIDTH))
                    .withMessage("cutoffs %s must rise from above 0 to below the vocabulary of 11.", cutoffs);
        }
        List<Integer> many = IntStream.rangeClosed(1, 64).boxed().toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WordClusters(1000, many, 4, 1, WIDTH))
                .withMessage("There can be at most 63 cutoffs, not 64.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WordClusters(VOCABULARY, List.of(3, 7), 8, 3, WIDTH))
                .withMessage("Vectors of width 8 can't be divided by 3 for each of 3 clusters.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AdaptiveSoftmax(
                        vocabularies().get(4),
                        new AdaptiveEmbedding(vocabularies().get(4)),
                        new Tied(true, List.of(true))))
                .withMessage("There are 3 clusters, not 1.");
    }
}
