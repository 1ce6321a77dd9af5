package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A text of any length is read in segments, each of which knows what came before, in memory that doesn't grow. */
class SegmentReaderTest {
    private static final int SEGMENT = 6;
    private static final int MEMORY = 8; // of the checkpoint transfo_xl/adaptive, as is the vocabulary
    private static final int VOCABULARY = 90;
    private static final int WIDTH = 32;
    private static final int CLUSTER = 30; // words of each size of vectors

    private static Session<TransfoXl> load(String name, String className) {
        return load(name, className, ReadableOperations.INSTANCE);
    }

    private static Session<TransfoXl> load(String name, String className, Operations operations) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder("transfo_xl/" + name))) {
            return TextModels.load(checkpoint, className, TransfoXl.class, operations, Device.cpu());
        }
    }

    private static Session<TransfoXl> adaptive() {
        return load("adaptive", "TransfoXLLMHeadModel");
    }

    private static Operations fast() {
        return Kernels.choose(Device.cpu(), Precision.FP32);
    }

    private static SegmentReader reader(Session<TransfoXl> session) {
        return new SegmentReader(session, SEGMENT, Patience.endless());
    }

    private static long[] words(int count, int seed) {
        return new Random(seed).longs(count, 0, VOCABULARY).toArray();
    }

    /** Sizes in bytes of all arrays that outlive a pass, weights included. */
    private static List<Long> arrays(Session<TransfoXl> session) {
        return session.run((model, scope, pass) -> scope.getParentManager().getManagedArrays().stream()
                .map(array -> array.getShape().size() * array.getDataType().getNumOfBytes())
                .sorted()
                .toList());
    }

    private static long sum(List<Long> bytes) {
        return bytes.stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void aTextManyTimesLongerThanASegmentTakesConstantMemory() {
        try (Session<TransfoXl> session = adaptive()) {
            List<Long> weights = arrays(session);
            try (SegmentReader reader = reader(session)) {
                reader.next(new long[][] {words(SEGMENT, 1)});
                List<Long> afterOne = arrays(session);
                reader.next(new long[][] {words(200 * SEGMENT + 5, 2)});
                assertThat(reader.tokensRead()).isEqualTo(201 * SEGMENT + 5);
                assertThat(arrays(session)).isEqualTo(afterOne);
                assertThat(afterOne).hasSize(weights.size() + 3); // the memories of two layers, and the last vector
                assertThat(sum(afterOne) - sum(weights)).isEqualTo((2 * MEMORY + 1) * WIDTH * Float.BYTES);
            }
            assertThat(arrays(session)).isEqualTo(weights);
        }
    }

    @Test
    void piecesAreReadAsTheWholeIs() {
        long[] text = words(5 * SEGMENT, 3);
        for (Operations operations : new Operations[] {ReadableOperations.INSTANCE, fast()}) {
            try (Session<TransfoXl> session = load("adaptive", "TransfoXLLMHeadModel", operations);
                    SegmentReader whole = reader(session);
                    SegmentReader pieces = reader(session)) {
                float[] together = whole.logProbabilities(new long[][] {text})[0];
                assertThat(together[0]).isNaN();
                List<Float> apart = new ArrayList<>();
                for (int start = 0; start < text.length; start += SEGMENT) {
                    long[] piece = Arrays.copyOfRange(text, start, start + SEGMENT);
                    for (float value : pieces.logProbabilities(new long[][] {piece})[0]) {
                        apart.add(value);
                    }
                }
                for (int i = 1; i < text.length; i++) {
                    assertThat(apart.get(i)).isCloseTo(together[i], within(1e-5f));
                }
                assertThat(pieces.next(new long[][] {{7}})[0])
                        .containsExactly(whole.next(new long[][] {{7}})[0], within(1e-5f));
            }
        }
    }

    @Test
    void probabilitiesOfWordsAreThoseOfTheWholeVocabulary() {
        long[] text = words(SEGMENT, 4);
        try (Session<TransfoXl> session = adaptive();
                SegmentReader reader = reader(session);
                SegmentReader stepwise = reader(session)) {
            float[] found = reader.logProbabilities(new long[][] {text})[0];
            float[] scores =
                    session.run((model, scope, pass) -> model.forward(scope.create(text, new Shape(1, SEGMENT)), pass)
                            .toFloatArray());
            for (int i = 0; i + 1 < text.length; i++) {
                assertThat(found[i + 1]).isCloseTo(scores[i * VOCABULARY + (int) text[i + 1]], within(1e-5f));
            }
            double all = 0;
            for (float logarithm : stepwise.next(new long[][] {text})[0]) {
                all += Math.exp(logarithm);
            }
            assertThat(all).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void whatIsReadDependsOnWhatCameBefore() {
        long[] here = words(SEGMENT, 5);
        try (Session<TransfoXl> session = adaptive();
                SegmentReader one = reader(session);
                SegmentReader other = reader(session);
                SegmentReader same = reader(session)) {
            one.next(new long[][] {words(2 * SEGMENT, 6)});
            other.next(new long[][] {words(2 * SEGMENT, 7)});
            same.next(new long[][] {words(2 * SEGMENT, 6)});
            float[] afterOne = one.logProbabilities(new long[][] {here})[0];
            assertThat(same.logProbabilities(new long[][] {here})[0]).containsExactly(afterOne);
            float[] afterOther = other.logProbabilities(new long[][] {here})[0];
            for (int i = 0; i < here.length; i++) {
                assertThat(Math.abs(afterOne[i] - afterOther[i])).isGreaterThan(1e-3f);
            }
        }
    }

    @Test
    void whatIsFartherAwayThanMemoriesReachIsForgotten() {
        long[] recent = words(4 * SEGMENT, 8); // two layers reach back two memories, and the segment
        try (Session<TransfoXl> session = adaptive();
                SegmentReader one = reader(session);
                SegmentReader other = reader(session)) {
            one.next(new long[][] {words(SEGMENT, 9)});
            other.next(new long[][] {words(SEGMENT, 10)});
            one.next(new long[][] {recent});
            other.next(new long[][] {recent});
            assertThat(one.next(new long[][] {{1}})[0]).containsExactly(other.next(new long[][] {{1}})[0]);
        }
    }

    /** Other words of the same clusters: products with both have the same shapes, and so are rounded alike. */
    private static long[] others(long[] words) {
        return Arrays.stream(words)
                .map(word -> word / CLUSTER * CLUSTER + (word + 1) % CLUSTER)
                .toArray();
    }

    @Test
    void rowsAreReadSideBySide() {
        long[] text = words(2 * SEGMENT + 1, 12);
        long[] other = others(text);
        for (Operations operations : new Operations[] {ReadableOperations.INSTANCE, fast()}) {
            try (Session<TransfoXl> session = load("adaptive", "TransfoXLLMHeadModel", operations);
                    SegmentReader both = reader(session);
                    SegmentReader texts = reader(session);
                    SegmentReader others = reader(session)) {
                float[][] together = both.next(new long[][] {other, text});
                assertThat(together[0]).containsExactly(others.next(new long[][] {other, other})[0]);
                assertThat(together[1]).containsExactly(texts.next(new long[][] {text, text})[1]);
                assertThat(together[1]).isNotEqualTo(together[0]);
                List.of(both, texts, others).forEach(reader -> reader.select(new int[] {1, 1, 0}));
                float[][] chosen = both.next(new long[][] {{5}, {6}, {5}});
                assertThat(chosen[0]).containsExactly(texts.next(new long[][] {{5}, {7}, {7}})[0]);
                assertThat(chosen[2]).containsExactly(others.next(new long[][] {{7}, {7}, {5}})[2]);
                assertThat(chosen[1]).isNotEqualTo(chosen[0]);
                assertThat(chosen[2]).isNotEqualTo(chosen[0]);
            }
        }
    }

    /** Readably, each number of words in a cluster is a product of its own shape: that rounds up to 1e-4 otherwise. */
    @Test
    void aRowIsReadAsIfAlone() {
        long[] first = words(2 * SEGMENT + 1, 11);
        long[] second = words(2 * SEGMENT + 1, 12);
        try (Session<TransfoXl> session = load("adaptive", "TransfoXLLMHeadModel", fast());
                SegmentReader both = reader(session);
                SegmentReader alone = reader(session)) {
            float[][] together = both.next(new long[][] {first, second});
            assertThat(alone.next(new long[][] {second})[0]).containsExactly(together[1], within(1e-5f));
            both.select(new int[] {1, 1, 0});
            float[][] chosen = both.next(new long[][] {{5}, {6}, {5}});
            assertThat(alone.next(new long[][] {{5}})[0]).containsExactly(chosen[0], within(1e-5f));
        }
    }

    @Test
    void vectorsComeWithoutAHeadToo() {
        try (Session<TransfoXl> session = load("base", "TransfoXLModel");
                SegmentReader reader = reader(session);
                SegmentReader slower = new SegmentReader(session, 1, Patience.endless())) {
            long[] text = words(SEGMENT + 2, 13);
            float[][] vectors = reader.vectors(new long[][] {text})[0];
            assertThat(vectors).hasDimensions(SEGMENT + 2, WIDTH);
            assertThat(slower.vectors(new long[][] {text})[0][0]).containsExactly(vectors[0], within(1e-5f));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.next(new long[][] {text}))
                    .withMessage("This model was loaded without a head, so it gives no probabilities.");
        }
    }

    @Test
    void aModelWithoutMemoryReadsEachSegmentByItself() {
        try (Session<TransfoXl> session = load("no_memory", "TransfoXLModel");
                SegmentReader reader = reader(session)) {
            long[] text = LongStream.range(0, SEGMENT).toArray();
            float[][] first = reader.vectors(new long[][] {text})[0];
            assertThat(reader.vectors(new long[][] {text})[0]).isDeepEqualTo(first);
        }
    }

    @Test
    void aCallThatFailsLeavesTheReaderWhereItWas() {
        long[] text = words(SEGMENT, 14);
        try (Session<TransfoXl> session = adaptive();
                SegmentReader reader = reader(session);
                SegmentReader undisturbed = reader(session)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.next(new long[][] {{1, VOCABULARY}, {2, 3}}))
                    .withMessage("Id 90 isn't within the vocabulary of 90.");
            reader.next(new long[][] {text});
            List<Long> before = arrays(session);
            assertThatIllegalArgumentException().isThrownBy(() -> reader.next(new long[][] {{-1}}));
            assertThatIllegalArgumentException().isThrownBy(() -> reader.logProbabilities(new long[][] {{1, 200}}));
            assertThat(arrays(session)).isEqualTo(before);
            assertThat(reader.tokensRead()).isEqualTo(SEGMENT);
            undisturbed.next(new long[][] {text});
            assertThat(reader.next(new long[][] {{3}})[0])
                    .containsExactly(undisturbed.next(new long[][] {{3}})[0]);
        }
    }

    @Test
    void wrongRowsAreRefused() {
        try (Session<TransfoXl> session = adaptive();
                SegmentReader reader = reader(session)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.next(new long[][] {{1, 2}, {3}}))
                    .withMessage("Texts that are read side by side must be equally long: 2 tokens, not 1.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.vectors(new long[][] {{}}))
                    .withMessage("There must be at least one row, of at least one token.");
            reader.next(new long[][] {{1, 2}, {3, 4}});
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.next(new long[][] {{1, 2}}))
                    .withMessage("There are 2 rows, not 1.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader.select(new int[] {2}))
                    .withMessage("Row 2 isn't among 2.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new SegmentReader(session, 0, Patience.endless()))
                    .withMessage("A segment needs at least 1 token, not 0.");
        }
    }

    @Test
    void aClosedModelReadsNoMore() {
        Session<TransfoXl> session = adaptive();
        try (SegmentReader reader = reader(session)) {
            reader.next(new long[][] {{1, 2}});
            session.close();
            assertThatThrownBy(() -> reader.next(new long[][] {{1}})).isInstanceOf(CallException.class);
        }
    }
}
