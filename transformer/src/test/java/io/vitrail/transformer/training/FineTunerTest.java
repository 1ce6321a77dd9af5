package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.training.TuningReport.End;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small net is fine-tuned: resumed, frozen, accumulated, stopped. */
class FineTunerTest {
    @TempDir
    private Path folder;

    private final List<Double> losses = new ArrayList<>();
    private final List<Integer> arrays = new ArrayList<>();
    private long stopAt = Long.MAX_VALUE;
    private long killAt = Long.MAX_VALUE;

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final class Watching implements TuningProgress {
        private final PointsLesson lesson;

        private Watching(PointsLesson lesson) {
            this.lesson = lesson;
        }

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            arrays.add(lesson.trainers.orElseThrow().getManagedArrays().size());
            if (step.number() == killAt) {
                throw new Killed();
            }
        }

        @Override
        public boolean stopRequested() {
            return losses.size() == stopAt;
        }
    }

    private static FineTuningBuilder usual() {
        return FineTuning.builder().rate(0.03).length(new Span.Epochs(5));
    }

    private TuningReport tune(PointsLesson lesson, FineTuning how) {
        try (lesson) {
            return new FineTuner(lesson, how).run(folder, new Watching(lesson));
        }
    }

    @Test
    void learnsInConstantMemory() {
        PointsLesson lesson = new PointsLesson(8);
        TuningReport report = tune(lesson, usual().length(new Span.Epochs(12)).build());
        assertThat(report.end()).isEqualTo(End.FINISHED);
        assertThat(report.steps()).isEqualTo(12 * 6); // the last batch of an epoch has 4 points
        assertThat(report.best().orElseThrow().evaluation().value()).isGreaterThan(0.9);
        assertThat(report.loss()).isLessThan(losses.get(0));
        assertThat(lesson.saved).isPositive();
        assertThat(arrays.get(71)).isEqualTo(arrays.get(7));
    }

    @Test
    void aTrainingThatWasKilledGoesOnWithTheSameLosses() {
        FineTuning how = usual().averageDecay(0.9)
                .accumulated(2)
                .saveEvery(Duration.ZERO)
                .build();
        tune(new PointsLesson(8), how);
        List<Double> withoutBreak = List.copyOf(losses);
        TrainingHistory whole = TrainingHistory.read(folder.resolve(TrainingHistory.FILE));
        clear();
        killAt = 8;
        assertThatThrownBy(() -> tune(new PointsLesson(8), how)).isInstanceOf(Killed.class);
        losses.remove(7); // that step was not saved
        killAt = Long.MAX_VALUE;
        assertThat(tune(new PointsLesson(8), how).end()).isEqualTo(End.FINISHED);
        assertThat(losses).isEqualTo(withoutBreak).hasSize(15);
        TrainingHistory joined = TrainingHistory.read(folder.resolve(TrainingHistory.FILE));
        assertThat(joined.epochs()).isEqualTo(whole.epochs()).hasSize(5);
        assertThat(joined.steps()).extracting(TrainingHistory.Step::loss).isEqualTo(withoutBreak);
    }

    @Test
    void stopsWhenAskedAndGoesOn() {
        FineTuning how = usual().build();
        stopAt = 4;
        assertThat(tune(new PointsLesson(8), how).end()).isEqualTo(End.STOPPED);
        assertThat(losses).hasSize(4);
        TuningReport report = tune(new PointsLesson(8), how);
        assertThat(report.end()).isEqualTo(End.FINISHED);
        assertThat(losses).hasSize(30);
        assertThat(tune(new PointsLesson(8), how).steps()).isEqualTo(30);
        assertThat(losses).hasSize(30); // it was over
    }

    @Test
    void frozenWeightsStayAsTheyAre() {
        PointsLesson lesson = new PointsLesson(8) {
            @Override
            public void close() {
                // looked at below
            }
        };
        float[] first = lesson.weight("encoder.layer.0.weight");
        float[] second = lesson.weight("encoder.layer.1.bias");
        tune(lesson, usual().frozen(List.of("encoder.layer.0.*")).build());
        assertThat(lesson.weight("encoder.layer.0.weight")).isEqualTo(first);
        assertThat(lesson.weight("encoder.layer.1.bias")).isNotEqualTo(second);
        lesson.memory.close();
    }

    @Test
    void lowerLayersLearnSlower() {
        PointsLesson lesson = new PointsLesson(8) {
            @Override
            public void close() {
                // looked at below
            }
        };
        float[] lower = lesson.weight("encoder.layer.0.weight");
        float[] upper = lesson.weight("encoder.layer.1.weight");
        float[] head = lesson.weight("classifier.weight");
        FineTuningBuilder one =
                usual().length(new Span.Steps(1)).warmUp(new Span.Steps(0)).weightDecay(0);
        tune(lesson, one.layerDecay(0.5).build()); // Adam's first step is the learning rate
        assertThat(farthest(head, lesson.weight("classifier.weight"))).isCloseTo(0.03, within(1e-5));
        assertThat(farthest(upper, lesson.weight("encoder.layer.1.weight"))).isCloseTo(0.015, within(1e-5));
        assertThat(farthest(lower, lesson.weight("encoder.layer.0.weight"))).isCloseTo(0.0075, within(1e-5));
        lesson.memory.close();
    }

    private static double farthest(float[] before, float[] after) {
        return IntStream.range(0, before.length)
                .mapToDouble(i -> Math.abs(before[i] - after[i]))
                .max()
                .orElseThrow();
    }

    @Test
    void patternsThatFitNoWeightAreRefused() {
        assertThatThrownBy(() -> tune(
                        new PointsLesson(8),
                        usual().frozen(List.of("encoder.layers.*")).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No weight fits the pattern 'encoder.layers.*'")
                .hasMessageContaining("encoder.layer.0.weight");
        List<String> all = List.of("encoder.layer.{0,1}.*", "classifier.*");
        assertThatThrownBy(() -> tune(new PointsLesson(8), usual().frozen(all).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("All weights are frozen");
    }

    @Test
    void severalBatchesMakeTheStepOfOneThatIsAsLarge() {
        tune(new PointsLesson(8), usual().build());
        List<Double> whole = List.copyOf(losses);
        clear();
        tune(new PointsLesson(4), usual().accumulated(2).build());
        assertThat(losses).hasSize(30); // the last step of an epoch has one batch of 4
        for (int i = 0; i < whole.size(); i++) {
            assertThat(losses.get(i)).isCloseTo(whole.get(i), within(1e-5));
        }
    }

    @Test
    void endsEarlyWhereNothingGetsBetter() {
        PointsLesson lesson = new PointsLesson(8) {
            private int evaluations;

            @Override
            public Optional<Evaluation> evaluate() {
                evaluations++;
                return Optional.of(new Evaluation(Map.of("accuracy", evaluations == 2 ? 0.7 : 0.5)));
            }
        };
        FineTuning how = usual().patience(2).build();
        TuningReport report = tune(lesson, how);
        assertThat(report.end()).isEqualTo(End.EARLY);
        assertThat(report.steps()).isEqualTo(4 * 6);
        assertThat(report.best().orElseThrow().epoch()).isEqualTo(2);
        assertThat(lesson.saved).isEqualTo(2); // after the first evaluation, and after the best
        assertThat(tune(new PointsLesson(8), how).end()).isEqualTo(End.EARLY);
    }

    @Test
    void savesTheAveragedWeightsAndGoesOnWithItsOwn() {
        List<float[]> seen = new ArrayList<>();
        PointsLesson lesson = new PointsLesson(8) {
            @Override
            public Optional<Evaluation> evaluate() {
                seen.add(weight("classifier.weight"));
                return Optional.empty();
            }

            @Override
            public void save(Path to, TuningReport report) {
                seen.add(weight("classifier.weight"));
            }

            @Override
            public void close() {
                seen.add(weight("classifier.weight"));
                super.close();
            }
        };
        tune(lesson, usual().length(new Span.Steps(5)).averageDecay(0.99).build());
        assertThat(seen).hasSize(3);
        assertThat(seen.get(1)).isEqualTo(seen.get(0));
        assertThat(seen.get(2)).isNotEqualTo(seen.get(0));
    }

    @Test
    void aTrainingThatDivergesSaysSoAndLeavesItsState() {
        stopAt = 3;
        FineTuning how = usual().build();
        tune(new PointsLesson(8), how);
        stopAt = Long.MAX_VALUE;
        PointsLesson broken = new PointsLesson(8);
        broken.scale = Double.NaN;
        assertThatThrownBy(() ->
                        tune(broken, usual().saveEvery(Duration.ofHours(1)).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("diverged")
                .hasMessageContaining("a lower learning rate than 0.03");
        assertThat(tune(new PointsLesson(8), how).steps()).isEqualTo(30);
    }

    @Test
    void anotherTrainingsStateIsRefused() {
        stopAt = 3;
        tune(new PointsLesson(8), usual().build());
        assertThatThrownBy(() -> tune(new PointsLesson(8), usual().rate(0.01).build()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The training was begun with other options or pictures.\n  then: … ")
                .hasMessageContaining(" Optimization[rate=0.03, ")
                .hasMessageContaining(" Optimization[rate=0.01, ")
                .message()
                .doesNotContain("seed"); // the same in both
    }

    @Test
    void aHistoryThatCannotBeWrittenIsNamed() throws IOException {
        Files.createDirectories(folder.resolve(TrainingHistory.FILE).resolve("inside"));
        assertThatThrownBy(() -> tune(new PointsLesson(8), usual().build()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("history cannot be written")
                .hasMessageContaining("space on the disk");
    }

    private void clear() {
        losses.clear();
        try {
            Files.delete(folder.resolve(FineTuner.STATE));
            Files.delete(folder.resolve(TrainingHistory.FILE));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
