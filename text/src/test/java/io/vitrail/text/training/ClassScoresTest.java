package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.training.LabelledTexts.Kind;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.training.Evaluation;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often answers are right; the numbers are those of scikit-learn's f1_score over the classes that occur. */
class ClassScoresTest {
    private static final List<String> LABELS = List.of("a", "b", "c", "d");

    @Test
    void oneClassEachIsTheBestScoreOfAll() {
        float[] logits = {
            3, 1, 0, 0,
            0, 2, 1, 0,
            0, 2, 1, 0,
            1, 0, 0, -1
        };
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            ClassScores scores = new ClassScores(LABELS, Kind.SINGLE_LABEL);
            scores.add(manager.create(logits, new Shape(4, 4)), manager.create(new long[] {0, 1, 2, 0}));
            Evaluation evaluation = scores.evaluation(0.5);
            assertThat(evaluation.metric()).isEqualTo("accuracy");
            assertThat(evaluation.value()).isEqualTo(0.75);
            assertThat(evaluation.metrics().get("macroF1")).isCloseTo((1 + 2.0 / 3 + 0) / 3, within(1e-9));
            assertThat(evaluation.confusion().orElseThrow().counts())
                    .isEqualTo(List.of(
                            List.of(2, 0, 0, 0), List.of(0, 1, 0, 0), List.of(0, 1, 0, 0), List.of(0, 0, 0, 0)));
        }
    }

    @Test
    void anyNumberOfClassesAreThoseAboveZero() {
        float[] logits = {
            1, -1, 2, -1,
            -1, -1, 1, -2
        };
        float[] truth = {
            1, 0, 1, 0,
            1, 0, 1, 0
        };
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            ClassScores scores = new ClassScores(LABELS, Kind.MULTI_LABEL);
            scores.add(manager.create(logits, new Shape(2, 4)), manager.create(truth, new Shape(2, 4)));
            Evaluation evaluation = scores.evaluation(0.5);
            assertThat(evaluation.metric()).isEqualTo("macroF1");
            assertThat(evaluation.value()).isCloseTo((2.0 / 3 + 1) / 2, within(1e-9));
            assertThat(evaluation.metrics()).containsEntry("accuracy", 0.5);
            assertThat(evaluation.confusion()).isEmpty();
        }
    }

    @Test
    void moreThanAThousandClassesHaveNoConfusionMatrix() {
        assertThat(evaluation(1000).confusion()).isPresent();
        Evaluation many = evaluation(1001);
        assertThat(many.confusion()).isEmpty();
        assertThat(many.metrics()).containsEntry("accuracy", 1.0).containsEntry("macroF1", 1.0);
    }

    /** Of two texts, both right. */
    private static Evaluation evaluation(int classes) {
        List<String> labels = IntStream.range(0, classes).mapToObj(i -> "c" + i).toList();
        float[] logits = new float[2 * classes];
        logits[7] = 1;
        logits[classes + 9] = 1;
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            ClassScores scores = new ClassScores(labels, Kind.SINGLE_LABEL);
            scores.add(manager.create(logits, new Shape(2, classes)), manager.create(new long[] {7, 9}));
            return scores.evaluation(0);
        }
    }
}
