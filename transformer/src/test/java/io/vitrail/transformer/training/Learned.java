package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.DjlEngine;
import java.util.Arrays;
import java.util.List;

/** A loss, and what each of the predictions learns from it. */
record Learned(float loss, List<float[]> gradients) {
    static Learned of(Loss loss, NDList labels, NDArray... predictions) {
        Arrays.stream(predictions).forEach(array -> array.setRequiresGradient(true));
        try (GradientCollector collector = DjlEngine.get().newGradientCollector()) {
            NDArray value = loss.evaluate(labels, new NDList(predictions));
            collector.backward(value);
            return new Learned(
                    value.getFloat(),
                    Arrays.stream(predictions)
                            .map(array -> array.getGradient().toFloatArray())
                            .toList());
        }
    }

    /** Of the first prediction. */
    float[] gradient() {
        return gradients.get(0);
    }

    /** @param gradientOfFirst its numbers, between blanks */
    void assertIs(float expectedLoss, String gradientOfFirst) {
        assertThat(loss).isCloseTo(expectedLoss, within(2e-6f));
        assertThat(gradient()).containsExactly(numbers(gradientOfFirst), within(1e-6f));
    }

    static float[] numbers(String text) {
        String[] numbers = text.strip().split("\\s+");
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(numbers[i]);
        }
        return values;
    }
}
