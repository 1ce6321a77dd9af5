package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import io.vitrail.transformer.training.TuningReport.End;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When steps are taken, measured and saved; the second epoch is shorter than the first, and the third empty. */
class TimetableTest {
    private static final int[] BATCHES = {5, 3, 0, 5};

    @TempDir
    private Path folder;

    private final List<Double> losses = new ArrayList<>();
    private final List<Long> evaluated = new ArrayList<>();
    private final List<Integer> epochs = new ArrayList<>();
    private int checkpoints;

    private final class Unequal extends PointsLesson {
        private Unequal() {
            super(8);
        }

        @Override
        public int batches(int epoch) {
            return BATCHES[Math.min(epoch, 3)];
        }

        @Override
        public double effort(int epoch) {
            return epoch + 1;
        }

        @Override
        public void save(Path to, TuningReport report) {
            checkpoints++;
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Has it stop after a step, or be killed in one. */
    private class Watching implements TuningProgress {
        private final long killAt;

        private Watching(long killAt) {
            this.killAt = killAt;
        }

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            epochs.add(step.epoch());
            assertThat(step.left().isNegative()).isFalse();
            if (step.number() == killAt) {
                throw new Killed();
            }
        }

        @Override
        public void evaluated(Evaluated its) {
            evaluated.add(its.step());
        }
    }

    private static FineTuningBuilder epochs(double count) {
        return FineTuning.builder().rate(0.03).length(new Span.Epochs(count));
    }

    private TuningReport tune(FineTuning how, TuningProgress progress) {
        try (PointsLesson lesson = new Unequal().withDropout(0.2f)) {
            return new FineTuner(lesson, how).run(folder, progress);
        }
    }

    @Test
    void epochsMayDifferInLength() {
        TuningReport report = tune(epochs(3.5).build(), new Watching(-1));
        assertThat(report.steps()).isEqualTo(5 + 3 + 3); // and half of the fourth's 5, rounded up
        assertThat(epochs).containsExactly(1, 1, 1, 1, 1, 2, 2, 2, 4, 4, 4);
        assertThat(evaluated).containsExactly(5L, 8L, 11L);
    }

    @Test
    void aTrainingThatWasKilledInALaterEpochGoesOnWithTheSameLosses() {
        FineTuning how = epochs(4).averageDecay(0.9).saveEvery(Duration.ZERO).build();
        tune(how, new Watching(-1));
        List<Double> withoutBreak = List.copyOf(losses);
        losses.clear();
        folder = folder.resolve("other");
        for (long step : new long[] {7, 9, 12}) {
            assertThatThrownBy(() -> tune(how, new Watching(step))).isInstanceOf(Killed.class);
            losses.remove(losses.size() - 1); // that step was not saved
        }
        assertThat(tune(how, new Watching(-1)).end()).isEqualTo(End.FINISHED);
        assertThat(losses).isEqualTo(withoutBreak).hasSize(13);
    }

    @Test
    void anEvaluationEveryHalfEpochIsOneInTheMiddleAndOneAtTheEnd() {
        tune(epochs(2).evaluateEvery(new Span.Epochs(0.5)).build(), new Watching(-1));
        assertThat(evaluated).containsExactly(3L, 5L, 7L, 8L);
        evaluated.clear();
        folder = folder.resolve("thirds");
        tune(epochs(2).evaluateEvery(new Span.Epochs(1.0 / 3)).build(), new Watching(-1));
        assertThat(evaluated).containsExactly(2L, 4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void evaluationsMayBeCountedInStepsOrPartsOfTheTraining() {
        tune(epochs(2).evaluateEvery(new Span.Steps(3)).build(), new Watching(-1));
        assertThat(evaluated).containsExactly(3L, 6L, 8L);
        evaluated.clear();
        folder = folder.resolve("parts");
        tune(epochs(2).evaluateEvery(new Span.Part(0.5)).build(), new Watching(-1));
        assertThat(evaluated).containsExactly(4L, 8L);
    }

    @Test
    void whenItsTimeIsUsedUpItIsMeasuredAndSavedAndGoesOnLater() {
        FineTuning brief = epochs(2).budget(Duration.ofNanos(1)).build();
        assertThat(tune(brief, new Watching(-1)).end()).isEqualTo(End.OUT_OF_TIME);
        assertThat(evaluated).containsExactly(1L);
        assertThat(checkpoints).isEqualTo(1);
        TuningReport report = tune(epochs(2).budget(Duration.ofHours(1)).build(), new Watching(-1));
        assertThat(report.end()).isEqualTo(End.FINISHED);
        assertThat(losses).hasSize(8);
    }

    @Test
    void ofAStoppedTrainingTheWeightsOfTheEndAreSavedIfTheyAreKept() {
        TuningProgress stopping = new Watching(-1) {
            @Override
            public boolean stopRequested() {
                return true;
            }
        };
        assertThat(tune(epochs(2).build(), stopping).end()).isEqualTo(End.STOPPED);
        assertThat(checkpoints).isZero();
        folder = folder.resolve("other");
        tune(epochs(2).kept(FineTuning.Kept.LAST).build(), stopping);
        assertThat(checkpoints).isEqualTo(1);
    }

    @Test
    void listenersAreToldOfEachBatchAndEpoch() {
        List<String> told = new ArrayList<>();
        TrainingListenerAdapter listener = new TrainingListenerAdapter() {
            @Override
            public void onTrainingBatch(Trainer trainer, BatchData batch) {
                told.add("batch");
            }

            @Override
            public void onEpoch(Trainer trainer) {
                told.add("epoch");
            }
        };
        FineTuning how = epochs(1).accumulated(2).build();
        try (PointsLesson lesson = new Unequal()) {
            assertThat(new FineTuner(lesson, how, listener)
                            .run(folder, TuningProgress.SILENT)
                            .steps())
                    .isEqualTo(3);
        }
        assertThat(told).containsExactly("batch", "batch", "batch", "batch", "batch", "epoch");
    }

    @Test
    void theTimeThatIsLeftGrowsWithTheEffortOfTheSteps() {
        try (PointsLesson lesson = new Unequal()) {
            Timetable timetable = new Timetable(lesson, epochs(4).build());
            assertThat(timetable.effort(0)).isEqualTo(5 + 3 * 2 + 5 * 4);
            assertThat(timetable.effort(6)).isEqualTo(2 * 2 + 5 * 4);
            assertThat(timetable.effort(13)).isZero();
        }
        TuningClock clock = new TuningClock(Duration.ofDays(1));
        clock.expect(34);
        clock.begin();
        clock.end(8, 2);
        long nanos = clock.left().toNanos();
        assertThat(nanos / (double) clock.trained().toNanos()).isCloseTo(16, within(0.01));
        clock.expect(3 * 32);
        assertThat(clock.left().toNanos() / (double) nanos).isCloseTo(3, within(0.01));
        TuningClock late = new TuningClock(Duration.ofNanos(5));
        late.resume(3e-9);
        assertThat(late.isLate()).isFalse();
        late.resume(5e-9);
        assertThat(late.isLate()).isTrue();
    }
}
