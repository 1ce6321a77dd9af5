package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TrainingHistory;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.training.TuningReport.End;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.HybridVit;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import io.vitrail.vit.training.EvaluationSet.Framing;
import io.vitrail.vit.training.TrainingOptions.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small hybrid learns to tell reddish, greenish and bluish pictures apart, first on small ones. */
class ClassifierLessonTest {
    private static final int STEPS = 3 * 10;
    private static final String SIZES =
            """
            {"model_type": "hybrid_vit", "image_size": 16, "stem_widths": [12, 14, 16], "stem_blocks": [0, 0, 1],
             "hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 3, "intermediate_size": 48,
             "id2label": {"0": "reddish", "1": "greenish", "2": "bluish"}}
            """;
    private static final TrainingOptions OPTIONS = new TrainingOptions(
            List.of(new Stage(1, 8), new Stage(2, 16)),
            new Mixing(0.2, 0.2, 1),
            Normalization.SYMMETRIC,
            Optional.empty());

    @TempDir
    private Path folder;

    private final List<Double> losses = new ArrayList<>();
    private final List<Integer> arrays = new ArrayList<>();
    private Optional<NDManager> trainers = Optional.empty();
    private List<Accuracy> accuracies = List.of();

    @Test
    void learnsInConstantMemory() {
        TuningReport report = train(OPTIONS, usual().build(), Integer.MAX_VALUE);
        assertThat(report.end()).isEqualTo(End.FINISHED);
        assertThat(report.steps()).isEqualTo(STEPS);
        assertThat(accuracies.get(0).top1()).isGreaterThan(0.9);
        assertThat(report.best().orElseThrow().evaluation().metrics())
                .containsEntry(
                        "colours top1", report.best().orElseThrow().evaluation().value());
        assertThat(report.loss()).isLessThan(losses.get(0));
        assertThat(arrays).hasSize(STEPS);
        assertThat(arrays.get(STEPS - 1)).isEqualTo(arrays.get(2));
    }

    @Test
    void aTrainingThatWasKilledGoesOnWithTheSameLosses() {
        train(OPTIONS, usual().build(), Integer.MAX_VALUE);
        List<Double> withoutBreak = List.copyOf(losses);
        TrainingHistory whole = history();
        losses.clear();
        folder = folder.resolve("other");
        FineTuning often = usual().threads(2).saveEvery(Duration.ZERO).build();
        assertThatThrownBy(() -> train(OPTIONS, often, 13)).isInstanceOf(Killed.class);
        losses.remove(12); // that step was not saved
        assertThat(train(OPTIONS, usual().build(), Integer.MAX_VALUE).end()).isEqualTo(End.FINISHED);
        assertThat(losses).isEqualTo(withoutBreak);
        assertThat(history().epochs()).isEqualTo(whole.epochs()).hasSize(3);
    }

    @Test
    void stopsWhenTheBudgetIsUsedUp() throws IOException {
        FineTuning brief = usual().budget(Duration.ofNanos(1)).build();
        TuningReport report = train(OPTIONS, brief, Integer.MAX_VALUE);
        assertThat(report.end()).isEqualTo(End.OUT_OF_TIME);
        assertThat(report.steps()).isEqualTo(1);
        assertThat(accuracies).hasSize(1);
        assertThat(card()).contains("| colours | ", "Trained for 1 steps");
        assertThat(train(OPTIONS, usual().build(), Integer.MAX_VALUE).end()).isEqualTo(End.FINISHED);
        assertThat(losses).hasSize(STEPS);
    }

    @Test
    void aModelWhoseTrainingWasStoppedIsSavedWithoutMeasuring() throws IOException {
        TuningProgress stop = new TuningProgress() {
            @Override
            public boolean stopRequested() {
                return true;
            }
        };
        try (ClassifierLesson lesson = lesson(OPTIONS, usual().build())) {
            assertThat(new FineTuner(lesson, usual().build()).run(folder, stop).end())
                    .isEqualTo(End.STOPPED);
            assertThat(lesson.accuracies()).isEmpty();
        }
        assertThat(card()).contains("Trained for 1 steps").doesNotContain("| colours |");
        assertThat(folder.resolve("model.safetensors")).exists();
    }

    @Test
    void largerPicturesAreExpectedToTakeLonger() {
        assertThat(OPTIONS.tuning().build().length()).isEqualTo(new Span.Epochs(3));
        try (ClassifierLesson lesson = lesson(OPTIONS, usual().build())) {
            assertThat(lesson.effort(1) / lesson.effort(0)).isEqualTo(4);
        }
    }

    @Test
    void theFinishedModelIsAdjusted() {
        train(OPTIONS, usual().build(), Integer.MAX_VALUE);
        float[] plain = biases();
        folder = folder.resolve("other");
        LogitAdjustment adjustment = new LogitAdjustment(List.of(4.0, 2.0, 1.0), 1);
        train(OPTIONS.withAdjustment(adjustment), usual().build(), Integer.MAX_VALUE);
        float[] adjusted = biases();
        for (int i = 0; i < plain.length; i++) {
            assertThat(adjusted[i] - plain[i]).isCloseTo(adjustment.shifts()[i], within(1e-3f)); // they are float16
        }
        folder = folder.resolve("stopped");
        train(
                OPTIONS.withAdjustment(adjustment),
                usual().budget(Duration.ofNanos(1)).build(),
                Integer.MAX_VALUE);
        assertThat(biases()).containsExactly(new float[3], within(0.1f));
    }

    @Test
    void otherOptionsDontResume() {
        train(OPTIONS, usual().budget(Duration.ofNanos(1)).build(), Integer.MAX_VALUE);
        TrainingOptions other =
                new TrainingOptions(OPTIONS.stages(), Mixing.NONE, OPTIONS.normalization(), Optional.empty());
        assertThatThrownBy(() -> train(other, usual().build(), Integer.MAX_VALUE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The training was begun with other options or pictures.")
                .hasMessageContaining("mixup=0.2")
                .hasMessageContaining("mixup=0.0");
    }

    @Test
    void weightsThatAreThereAreKept() {
        HybridVit network = network();
        try (ClassifierLesson first = new ClassifierLesson(
                network, pictures(), OPTIONS, usual().seed(7).build())) {
            float[] before = first.weights().get("classifier.weight").getArray().toFloatArray();
            try (ClassifierLesson second = new ClassifierLesson(network, pictures(), OPTIONS, usual().build())) {
                assertThat(second.weights().get("classifier.weight").getArray().toFloatArray())
                        .isEqualTo(before);
            }
        }
    }

    private static FineTuningBuilder usual() {
        return OPTIONS.tuning()
                .batch(8)
                .rate(0.02)
                .warmUp(new Span.Steps(4))
                .averageDecay(0.9)
                .seed(3);
    }

    private static HybridVit network() {
        try {
            ConfigJson sizes = new ConfigJson(new ObjectMapper().readTree(SIZES));
            return (HybridVit) VisionModels.create(sizes, VisionTask.CLASSIFICATION);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static ClassifierLesson.Pictures pictures() {
        return new ClassifierLesson.Pictures(
                List.of(new TrainingSet(TestPictures.colours(40, 1), 2, Augmentation.ofThumbnails())),
                List.of(EvaluationSet.of(TestPictures.colours(30, 2), 16, Framing.WHOLE)));
    }

    private static ClassifierLesson lesson(TrainingOptions options, FineTuning how) {
        return new ClassifierLesson(network(), pictures(), options, how);
    }

    private TuningReport train(TrainingOptions options, FineTuning how, int killAfter) {
        try (ClassifierLesson lesson = lesson(options, how)) {
            TuningReport report = new FineTuner(lesson, how, new Listening()).run(folder, new Watching(killAfter));
            accuracies = lesson.accuracies();
            return report;
        }
    }

    private TrainingHistory history() {
        return TrainingHistory.read(folder.resolve(TrainingHistory.FILE));
    }

    private String card() throws IOException {
        return Files.readString(folder.resolve("README.md"));
    }

    private float[] biases() {
        try (Checkpoint saved = Checkpoint.open(folder);
                NDManager memory = DjlEngine.newManager(Device.cpu())) {
            return saved.tensor("classifier.bias").toArray(memory).toFloatArray();
        }
    }

    /** Kills the training after some steps. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A listener of DJL's, which sees the trainer's memory. */
    private final class Listening extends TrainingListenerAdapter {
        @Override
        public void onTrainingBatch(Trainer trainer, BatchData batch) {
            trainers = Optional.of(trainer.getManager().getParentManager());
        }
    }

    private final class Watching implements TuningProgress {
        private final int killAfter;

        Watching(int killAfter) {
            this.killAfter = killAfter;
        }

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            arrays.add(trainers.orElseThrow().getManagedArrays().size());
            if (step.number() == killAfter) {
                throw new Killed();
            }
        }
    }
}
