package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.vitrail.transformer.DjlEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSmoothingTest {
    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "smoothing_0_1", "smoothing_0_3", "ignored"})
    void meanLossIsThatOfTheReference(String name) {
        try (Goldens goldens = Goldens.read("losses")) {
            NDList labels = new NDList(goldens.input(name, "target").toArray(manager));
            NDList logits = new NDList(goldens.input(name, "logits").toArray(manager));
            float loss = loss(goldens, name).evaluate(labels, logits).getFloat();
            assertThat(loss).isCloseTo(goldens.output(name, "loss").floats()[0], within(1e-5f));
        }
    }

    @Test
    void lossOfEachExampleIsThatOfTheReference() {
        try (Goldens goldens = Goldens.read("losses")) {
            NDArray target = goldens.input("none", "target").toArray(manager);
            NDArray logits = goldens.input("none", "logits").toArray(manager);
            float[] losses = loss(goldens, "none").examples(target, logits).toFloatArray();
            assertThat(losses).containsExactly(goldens.output("none", "loss").floats(), within(1e-5f));
        }
    }

    private static LabelSmoothing loss(Goldens goldens, String name) {
        double smoothing =
                goldens.call(name).path("options").path("label_smoothing").asDouble();
        return new LabelSmoothing((float) smoothing);
    }

    @Test
    void probabilitiesAsLabelsMixTheLossesOfTheirClasses() {
        NDArray logits = manager.create(new float[] {1, -2, 0.5f, 3, 0, -1}, new Shape(2, 3));
        LabelSmoothing loss = new LabelSmoothing(0.1f);
        float first = loss.evaluate(labels(0, 2), new NDList(logits)).getFloat();
        float second = loss.evaluate(labels(1, 2), new NDList(logits)).getFloat();
        NDArray mixed = manager.create(new float[] {0.75f, 0.25f, 0, 0, 0, 1}, new Shape(2, 3));
        assertThat(loss.evaluate(new NDList(mixed), new NDList(logits)).getFloat())
                .isCloseTo(0.75f * first + 0.25f * second, within(1e-6f));
    }

    @Test
    void classesThatAreNoCandidatesCountAsIfTheyWereNot() {
        LabelSmoothing loss = new LabelSmoothing(0.1f);
        NDArray two = manager.create(new float[] {1, 0.5f}, new Shape(1, 2));
        float expected = loss.evaluate(labels(1), new NDList(two)).getFloat();
        NDArray four = manager.create(new float[] {1, 7, 0.5f, -3}, new Shape(1, 4));
        NDArray target = manager.create(new float[] {0, 0, 1, 0}, new Shape(1, 4));
        NDArray candidates = manager.create(new float[] {1, 0, 1, 0}, new Shape(1, 4));
        assertThat(loss.evaluate(new NDList(target, candidates), new NDList(four))
                        .getFloat())
                .isCloseTo(expected, within(1e-6f));
    }

    @Test
    void gradientsDoNotReachClassesThatAreNoCandidates() {
        NDArray logits = manager.create(new float[] {1, 7, 0.5f, -3}, new Shape(1, 4));
        logits.setRequiresGradient(true);
        NDArray target = manager.create(new float[] {0, 0, 1, 0}, new Shape(1, 4));
        NDArray candidates = manager.create(new float[] {1, 0, 1, 0}, new Shape(1, 4));
        try (GradientCollector collector = DjlEngine.get().newGradientCollector()) {
            collector.backward(new LabelSmoothing(0.1f).evaluate(new NDList(target, candidates), new NDList(logits)));
        }
        float[] gradient = logits.getGradient().toFloatArray();
        assertThat(new float[] {gradient[1], gradient[3]}).containsExactly(0, 0);
        assertThat(gradient[0]).isPositive().isCloseTo(-gradient[2], within(1e-6f));
    }

    private NDList labels(long... numbers) {
        return new NDList(manager.create(numbers));
    }

    @Test
    void smoothingOfOneIsRefused() {
        assertThatThrownBy(() -> new LabelSmoothing(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("label smoothing must be in [0, 1), not 1.0");
    }
}
