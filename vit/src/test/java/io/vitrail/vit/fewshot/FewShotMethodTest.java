package io.vitrail.vit.fewshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Embedding;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Probabilities of every method, beside those of other implementations of it. */
class FewShotMethodTest {
    private static JsonNode golden;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = FewShotMethodTest.class.getResourceAsStream("/few-shot/few_shot.json")) {
            golden = new ObjectMapper().readTree(in);
        }
    }

    private static List<Embedding> vectors(String key) {
        return StreamSupport.stream(golden.path(key).spliterator(), false)
                .map(row -> new Embedding(floats(row)))
                .toList();
    }

    private static float[] floats(JsonNode row) {
        float[] values = new float[row.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) row.path(i).asDouble();
        }
        return values;
    }

    private static Examples examples() {
        Examples examples = Examples.NONE;
        List<Embedding> all = vectors("examples");
        int first = 0;
        for (JsonNode count : golden.path("counts")) {
            String name = "class " + examples.names().size();
            examples = examples.with(name, all.subList(first, first + count.asInt()));
            first += count.asInt();
        }
        return examples;
    }

    private static List<double[]> probabilities(FewShotMethod method, Examples examples) {
        NameVectors names = new NameVectors(vectors("names"), 10);
        ClassHead head = method.learn(examples, new NamedFeatures(names));
        List<double[]> all = new ArrayList<>();
        for (Embedding query : vectors("queries")) {
            double[] logits = head.logits(query.values());
            Rows.softmax(logits);
            all.add(logits);
        }
        return all;
    }

    private static void assertGolden(FewShotMethod method, String key) {
        assertGolden(probabilities(method, examples()), key);
    }

    private static void assertGolden(List<double[]> actual, String key) {
        JsonNode expected = golden.path(key);
        assertThat(actual).hasSize(expected.size());
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).hasSize(expected.path(i).size());
            for (int k = 0; k < actual.get(i).length; k++) {
                assertThat(actual.get(i)[k]).isCloseTo(expected.path(i).path(k).asDouble(-1), within(2e-6));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 1, 10, 1000})
    void theProbeIsScikitLearnsBalancedLogisticRegression(double strength) {
        String digits = strength == 0.1 ? "0.1" : Integer.toString((int) strength);
        assertGolden(new LinearProbe(strength), "probe " + digits);
    }

    @ParameterizedTest
    @CsvSource({"0.1, probe of two 0.1", "10, probe of two 10"})
    void ofTwoClassesTheProbeIsThatOfOneVector(double strength, String key) {
        Examples two = examples().without("class 2").without("class 3");
        assertGolden(probabilities(new LinearProbe(strength), two), key);
    }

    @Test
    void theNearestMeanIsThatOfCentredDirectionsWithTheLikeliestScale() {
        assertGolden(new NearestMean(), "mean");
    }

    @ParameterizedTest
    @CsvSource({"1, 5.5", "3, 2"})
    void tipAdapterAddsLikeExamplesToWhatNamesSay(double alpha, double beta) {
        String digits = (int) alpha + " " + (beta == 5.5 ? "5.5" : "2");
        assertGolden(new TipAdapter(alpha, beta), "tip " + digits);
    }

    @Test
    void theSameExamplesAlwaysGiveTheSame() {
        for (FewShotMethod method : List.of(FewShotMethod.DEFAULT, new NearestMean())) {
            assertThat(probabilities(method, examples()).get(1))
                    .containsExactly(probabilities(method, examples()).get(1));
        }
    }

    /**
     * One class is certain, one example of two is nearest to itself, and equal examples of two classes are as probable.
     */
    @Test
    void fewExamplesAreEnough() {
        List<Embedding> some = vectors("examples");
        for (FewShotMethod method : List.of(FewShotMethod.DEFAULT, new NearestMean())) {
            Examples one = Examples.NONE.with("a", some.subList(0, 1));
            assertThat(probabilities(method, one).get(0)).containsExactly(1.0);
            ClassHead two = method.learn(one.with("b", some.subList(10, 11)), null);
            double[] logits = two.logits(some.get(0).values());
            assertThat(logits[0]).isGreaterThan(logits[1]);
            double[] equal =
                    probabilities(method, one.with("b", some.subList(0, 1))).get(0);
            assertThat(equal[0]).isCloseTo(0.5, within(1e-6));
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LinearProbe(0))
                .withMessage("The strength of a linear probe lies above 0 and at most at 1000000.0, not at 0.0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new LinearProbe(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TipAdapter(1, -1))
                .withMessage("Tip-Adapter's beta is 0 to 10000.0, not -1.0.");
        assertThatIllegalArgumentException().isThrownBy(() -> new TipAdapter(Double.NaN, 1));
    }

    @Test
    void examplesThatDontFitAreRefused() {
        Embedding three = new Embedding(new float[] {1, 0, 0});
        Examples one = Examples.NONE.with("a", List.of(three));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.with("b", List.of(new Embedding(new float[] {1, 0}))))
                .withMessageStartingWith("Vectors of width 3 and 2 can't be examples together");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.with("b", List.of(new Embedding(new float[] {Float.NaN, 0, 0}))))
                .withMessageStartingWith("A vector of length NaN is no example");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.with("b", List.of()))
                .withMessage("The class 'b' has no examples; it needs at least 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.with(" ", List.of(three)))
                .withMessage("A class's name has 1 to 200 characters, not 0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.without("b"))
                .withMessage("There is no class 'b' among [a].");
    }

    /** Rosenbrock's valley isn't convex, but a search that follows curvature gets through. */
    @Test
    void theSearchFindsTheMinimumOfACurvedValley() {
        double[] found = Lbfgs.minimum(
                (x, gradient) -> {
                    double across = x[1] - x[0] * x[0];
                    gradient[0] = -400 * x[0] * across - 2 * (1 - x[0]);
                    gradient[1] = 200 * across;
                    return 100 * across * across + (1 - x[0]) * (1 - x[0]);
                },
                new double[] {-1.2, 1});
        assertThat(found).containsExactly(new double[] {1, 1}, within(1e-6));
    }
}
