package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.Embedding;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What tasks give back: plain values. */
class ResultsTest {
    private static final ScoredLabel CAT = new ScoredLabel("cat", 3, 0.625);
    private static final ScoredLabel DOG = new ScoredLabel("dog", 5, 0.375);

    @Test
    void aClassificationKeepsItsOrder() {
        Classification result = new Classification(List.of(CAT, DOG), 0);
        assertThat(result.best()).isEqualTo(CAT);
        assertThat(result.top(1)).containsExactly(CAT);
        assertThat(result.top(7)).containsExactly(CAT, DOG);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> result.top(0))
                .withMessage("At least 1 label must be asked for, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Classification(List.of(), 0))
                .withMessage("A classification needs at least one class.");
    }

    @Test
    void aLowBestProbabilityIsUnsure() {
        assertThat(new Classification(List.of(CAT, DOG), 0.625).isUnsure()).isFalse();
        assertThat(new Classification(List.of(CAT, DOG), 0.626).isUnsure()).isTrue();
    }

    @Test
    void theCosineOfVectorsIsTheirAngles() {
        Embedding x = new Embedding(new float[] {2, 0});
        assertThat(x.cosine(new Embedding(new float[] {7, 0}))).isEqualTo(1);
        assertThat(x.cosine(new Embedding(new float[] {0, 5}))).isZero();
        assertThat(x.cosine(new Embedding(new float[] {-1, 0}))).isEqualTo(-1);
        assertThat(x.cosine(new Embedding(new float[] {3, 3}))).isCloseTo(Math.sqrt(0.5), within(1e-7));
        assertThat(x.cosine(new Embedding(new float[] {0, 0}))).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> x.cosine(new Embedding(new float[3])))
                .withMessage("Vectors of width 2 and 3 can't be compared: they come from different models.");
    }

    @Test
    void normalisingKeepsTheDirection() {
        assertThat(new Embedding(new float[] {3, -4}).normalized()).isEqualTo(new Embedding(new float[] {0.6f, -0.8f}));
        assertThat(new Embedding(new float[] {0, 0}).normalized().values()).containsExactly(0, 0);
    }

    @Test
    void embeddingsAreEqualByValue() {
        Embedding one = new Embedding(new float[] {1, 2});
        assertThat(one).isEqualTo(new Embedding(new float[] {1, 2})).hasSameHashCodeAs(new Embedding(new float[] {1, 2
        }));
        assertThat(one).isNotEqualTo(new Embedding(new float[] {1, 3}));
    }

    @Test
    void batchesAreComputedOnlyWhenAskedFor() {
        List<List<Integer>> computed = new ArrayList<>();
        BatchIterator<Integer, Integer> iterator =
                new BatchIterator<>(List.of(1, 2, 3, 4, 5).iterator(), 2, elements -> {
                    List<Integer> batch = elements.toList();
                    computed.add(batch);
                    return batch.stream().map(i -> 10 * i).toList();
                });
        assertThat(iterator.hasNext()).isTrue();
        assertThat(computed).isEmpty();
        assertThat(iterator.next()).isEqualTo(10);
        assertThat(iterator.next()).isEqualTo(20);
        assertThat(computed).containsExactly(List.of(1, 2));
        assertThat(iterator).toIterable().containsExactly(30, 40, 50);
        assertThat(computed).containsExactly(List.of(1, 2), List.of(3, 4), List.of(5));
        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(iterator::next)
                .withMessage("There are no more results.");
    }

    @Test
    void elementsOfABatchAreTakenOneByOne() {
        List<String> events = new ArrayList<>();
        Iterator<Integer> source =
                Stream.of(1, 2, 3).peek(i -> events.add("take " + i)).iterator();
        BatchIterator<Integer, Integer> iterator = new BatchIterator<>(
                source, 2, batch -> batch.peek(i -> events.add("use " + i)).toList());
        iterator.next();
        assertThat(events).containsExactly("take 1", "use 1", "take 2", "use 2");
    }
}
