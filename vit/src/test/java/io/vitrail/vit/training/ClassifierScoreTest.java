package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.training.Evaluation;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of the classes 0, 0, 1 and 2, which were answered with 0, 1, 1 and 1. */
class ClassifierScoreTest {
    private static Evaluation evaluation(int classes) {
        List<String> labels =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        ClassifierScore score = new ClassifierScore(labels, 4);
        score.add(new int[] {0, 0}, logits(classes, 0, 1));
        score.add(new int[] {1, 2}, logits(classes, 1, 1));
        return score.evaluation();
    }

    private static float[] logits(int classes, int... answers) {
        float[] logits = new float[answers.length * classes];
        IntStream.range(0, answers.length).forEach(i -> logits[i * classes + answers[i]] = 1);
        return logits;
    }

    @Test
    void f1IsTheMeanOfTheClassesThatOccur() {
        for (int classes : new int[] {3, 1001}) {
            assertThat(evaluation(classes).metrics().get("accuracy")).isEqualTo(0.5);
            assertThat(evaluation(classes).metrics().get("macro_f1")).isCloseTo((2.0 / 3 + 0.5 + 0) / 3, within(1e-12));
        }
    }

    @Test
    void theConfusionIsOfAtMostAThousandClasses() {
        assertThat(evaluation(3).confusion().orElseThrow().counts())
                .containsExactly(List.of(1, 1, 0), List.of(0, 1, 0), List.of(0, 1, 0));
        assertThat(evaluation(1000).confusion()).isPresent();
        assertThat(evaluation(1001).confusion()).isEmpty();
    }
}
