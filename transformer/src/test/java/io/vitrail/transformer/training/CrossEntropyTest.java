package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.DjlEngine;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses are those of golden cases; gradients those of torch 2.7.1's cross_entropy. */
class CrossEntropyTest {
    private static final float[] LOGITS = {1.2f, -0.7f, 0.4f, 2, 0.1f, -1.5f, -0.3f, 0.8f, 0.6f, 0.9f, -2.1f, 1.1f};
    private static final float[] WEIGHTS = {0.5f, 2, 1.25f};

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "smoothing_0_1", "smoothing_0_3", "ignored", "sum", "none", "weighted"})
    void lossIsThatOfTheReference(String name) {
        try (Goldens goldens = Goldens.read("losses")) {
            NDList labels = new NDList(goldens.input(name, "target").toArray(manager));
            NDList logits = new NDList(goldens.input(name, "logits").toArray(manager));
            float[] loss = new CrossEntropy(options(goldens, name))
                    .evaluate(labels, logits)
                    .toFloatArray();
            assertThat(loss).containsExactly(goldens.output(name, "loss").floats(), within(1e-5f));
        }
    }

    private static CrossEntropy.Options options(Goldens goldens, String name) {
        JsonNode call = goldens.call(name);
        boolean weighted = call.path("inputs").has("weight");
        return new CrossEntropy.Options(
                (float) call.path("options").path("label_smoothing").asDouble(),
                CrossEntropy.IGNORED,
                Reduction.valueOf(
                        call.path("options").path("reduction").asText("mean").toUpperCase(Locale.ROOT)),
                weighted ? Optional.of(goldens.input(name, "weight").floats()) : Optional.empty());
    }

    @Test
    void gradientsOfWeightedAndIgnoredClassesAreTorchs() {
        Learned learned = Learned.of(weighted(), numbers(2, 0, -100, 1), logits());
        learned.assertIs(
                2.41599822f,
                """
                0.1995881 -0.0043739 -0.1952142 0.0313662 -0.0135807 -0.0177856
                0 0 0 0.2083247 -0.4514078 0.2430831""");
    }

    @Test
    void gradientsOfProbabilitiesAreTorchs() {
        float[] target = {0.2f, 0.5f, 0.3f, 1, 0, 0, 0.1f, 0.1f, 0.8f, 0, 0.6f, 0.4f};
        NDList labels = new NDList(manager.create(target, new Shape(4, 3)));
        Learned learned = Learned.of(weighted(), labels, logits());
        learned.assertIs(
                2.28067422f,
                """
                0.1952582 -0.1998911 0.0046328 0.0294058 -0.0127319 -0.0166740
                0.0300131 0.0719073 -0.1019204 0.1688865 -0.2645101 0.0956235""");
    }

    @Test
    void wordsOfTextsCountLikeClassesOfABatch() {
        float expected = new CrossEntropy(0.1f)
                .evaluate(numbers(2, 0, -100, 1), new NDList(logits()))
                .getFloat();
        NDList ids = new NDList(numbers(2, 0, -100, 1).get(0).reshape(2, 2));
        NDList words = new NDList(logits().reshape(2, 2, 3));
        assertThat(new CrossEntropy(0.1f).evaluate(ids, words).getFloat()).isEqualTo(expected);
    }

    @Test
    void theMeanOfNothingIsNotANumberAndItsSumIsZero() {
        NDList none = numbers(-100, -100, -100, -100);
        CrossEntropy.Options sum = new CrossEntropy.Options(0, CrossEntropy.IGNORED, Reduction.SUM, Optional.empty());
        assertThat(new CrossEntropy(0).evaluate(none, new NDList(logits())).getFloat())
                .isNaN();
        assertThat(new CrossEntropy(sum).evaluate(none, new NDList(logits())).getFloat())
                .isZero();
    }

    @Test
    void anotherNumberCanStandForIgnored() {
        CrossEntropy.Options second = new CrossEntropy.Options(0, 1, Reduction.NONE, Optional.empty());
        float[] losses = new CrossEntropy(second)
                .evaluate(numbers(2, 1, 0, 1), new NDList(logits()))
                .toFloatArray();
        assertThat(losses[0]).isPositive();
        assertThat(losses[1]).isZero();
        assertThat(losses[3]).isZero();
    }

    @Test
    void classesThatAreNoCandidatesCountAsIfTheyWereNot() {
        CrossEntropy loss = new CrossEntropy(0.1f);
        NDArray two = manager.create(new float[] {1, 0.5f}, new Shape(1, 2));
        float expected = loss.evaluate(numbers(1), new NDList(two)).getFloat();
        Learned learned = Learned.of(
                loss,
                new NDList(row(0, 0, 1, 0), row(1, 0, 1, 0)),
                manager.create(new float[] {1, 7, 0.5f, -3}, new Shape(1, 4)));
        assertThat(learned.loss()).isCloseTo(expected, within(1e-6f));
        float[] gradient = learned.gradient();
        assertThat(new float[] {gradient[1], gradient[3]}).containsExactly(0, 0);
        assertThat(gradient[0]).isPositive().isCloseTo(-gradient[2], within(1e-6f));
    }

    @Test
    void aClassNumberOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new CrossEntropy(0).evaluate(numbers(2, 3, 0, 1), new NDList(logits())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Label 3 isn't one of the 3 classes, numbered from 0, or -100 for ignored.");
    }

    @Test
    void numbersThatAreNotWholeAndLogitsThatAreAreRefused() {
        NDList halves = new NDList(manager.create(new float[] {2, 0.5f, 0, 1}));
        assertThatThrownBy(() -> new CrossEntropy(0).evaluate(halves, new NDList(logits())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Class numbers must be whole, such as int64, not float32.");
        NDList whole = new NDList(manager.create(new long[] {1, 2, 0, 1}, new Shape(2, 2)));
        assertThatThrownBy(() -> new CrossEntropy(0).evaluate(numbers(1, 0), whole))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Logits must be [..., classes], floating, not (2, 2), int64.");
    }

    @Test
    void labelsOfAnotherShapeAreRefused() {
        assertThatThrownBy(() -> new CrossEntropy(0).evaluate(numbers(2, 0), new NDList(logits())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Labels must be class numbers (4) or probabilities (4, 3), as the logits are, not (2).");
        assertThatThrownBy(() ->
                        new CrossEntropy(0).evaluate(new NDList(row(1, 0), row(1, 1, 1)), new NDList(row(0.5f, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Candidates (1, 3) and their probabilities (1, 2)");
    }

    @Test
    void weightsOfOtherClassesAreRefused() {
        CrossEntropy.Options two =
                new CrossEntropy.Options(0, CrossEntropy.IGNORED, Reduction.MEAN, Optional.of(new float[2]));
        assertThatThrownBy(() -> new CrossEntropy(two).evaluate(numbers(2, 1, 0, 1), new NDList(logits())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There are 2 class weights for 3 classes.");
    }

    @Test
    void smoothingAboveOneIsRefused() {
        assertThatThrownBy(() -> new CrossEntropy(1.5f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("label smoothing must be in [0, 1], not 1.5");
    }

    private static CrossEntropy weighted() {
        return new CrossEntropy(
                new CrossEntropy.Options(0.2f, CrossEntropy.IGNORED, Reduction.MEAN, Optional.of(WEIGHTS)));
    }

    private NDArray logits() {
        return manager.create(LOGITS, new Shape(4, 3));
    }

    private NDArray row(float... values) {
        return manager.create(values, new Shape(1, values.length));
    }

    private NDList numbers(long... numbers) {
        return new NDList(manager.create(numbers));
    }
}
