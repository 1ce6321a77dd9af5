package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.training.EvaluationSet.Framing;
import io.vitrail.vit.training.TrainingOptions.Optimization;
import io.vitrail.vit.training.TrainingOptions.Running;
import io.vitrail.vit.training.TrainingOptions.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small convolutional net learns to tell reddish, greenish and bluish pictures apart. */
class ClassifierTrainingTest {
    private static final int CLASSES = 3;
    private static final TrainingOptions OPTIONS = new TrainingOptions(
            List.of(new Stage(1, 6), new Stage(2, 8)),
            8,
            new Optimization(0.02, 4, 0.05, 0.1, 1, 0.9),
            new Mixing(0.2, 0.2, 1),
            Normalization.SYMMETRIC,
            3,
            Running.defaults());

    @TempDir
    private Path folder;

    private final List<Double> losses = new ArrayList<>();
    private final List<Integer> arrays = new ArrayList<>();

    @Test
    void learnsInConstantMemory() {
        TrainingReport report = train(OPTIONS, new Stop(Integer.MAX_VALUE));
        assertThat(report.finished()).isTrue();
        assertThat(report.steps()).isEqualTo(3 * 10);
        assertThat(report.accuracies().get(0).top1()).isGreaterThan(0.9);
        assertThat(report.loss()).isLessThan(losses.get(0));
        assertThat(arrays.get(29)).isEqualTo(arrays.get(2));
    }

    @Test
    void aTrainingThatWasKilledGoesOnWithTheSameLosses() {
        train(OPTIONS, new Stop(Integer.MAX_VALUE));
        List<Double> withoutBreak = List.copyOf(losses);
        losses.clear();
        Path other = folder.resolve("other.safetensors");
        TrainingOptions often = OPTIONS.withRunning(new Running(2, 1, Duration.ZERO, Duration.ofHours(1)));
        assertThatThrownBy(() -> train(often, other, new Stop(13))).isInstanceOf(Killed.class);
        losses.remove(12); // that step was not saved
        assertThat(train(OPTIONS, other, new Stop(Integer.MAX_VALUE)).finished())
                .isTrue();
        assertThat(losses).isEqualTo(withoutBreak);
    }

    @Test
    void stopsWhenTheBudgetIsUsedUp() {
        TrainingOptions brief = OPTIONS.withRunning(new Running(1, 1, Duration.ofHours(1), Duration.ofNanos(1)));
        TrainingReport report = train(brief, new Stop(Integer.MAX_VALUE));
        assertThat(report.finished()).isFalse();
        assertThat(report.steps()).isEqualTo(1);
        assertThat(report.accuracies()).hasSize(1);
        assertThat(train(OPTIONS, new Stop(Integer.MAX_VALUE)).finished()).isTrue();
        assertThat(losses).hasSize(30);
    }

    @Test
    void otherOptionsDontResume() {
        TrainingOptions brief = OPTIONS.withRunning(new Running(1, 1, Duration.ofHours(1), Duration.ofNanos(1)));
        train(brief, new Stop(Integer.MAX_VALUE));
        TrainingOptions other = new TrainingOptions(
                OPTIONS.stages(),
                OPTIONS.batch(),
                OPTIONS.optimization(),
                Mixing.NONE,
                OPTIONS.normalization(),
                OPTIONS.seed(),
                OPTIONS.running());
        assertThatThrownBy(() -> train(other, new Stop(Integer.MAX_VALUE)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The training was begun with other options or pictures.")
                .hasMessageContaining("mixup=0.2")
                .hasMessageContaining("mixup=0.0");
    }

    private TrainingReport train(TrainingOptions options, Stop stop) {
        return train(options, folder.resolve("state.safetensors"), stop);
    }

    private TrainingReport train(TrainingOptions options, Path state, Stop stop) {
        TrainingSet training = new TrainingSet(TestPictures.colours(40, 1), 2, Augmentation.ofThumbnails());
        EvaluationSet evaluation = EvaluationSet.of(TestPictures.colours(30, 2), 8, Framing.WHOLE);
        try (Model model =
                Model.newInstance("net", Device.cpu(), DjlEngine.get().getEngineName())) {
            model.setBlock(net());
            stop.model = model;
            return new ClassifierTraining(List.of(training), List.of(evaluation), options)
                    .run(model, CLASSES, state, stop);
        }
    }

    private static SequentialBlock net() {
        return new SequentialBlock()
                .add(Conv2d.builder()
                        .setKernelShape(new Shape(3, 3))
                        .setFilters(6)
                        .build())
                .add(BatchNorm.builder().build())
                .add(Activation.reluBlock())
                .add(Pool.globalAvgPool2dBlock())
                .add(Dropout.builder().optRate(0.1f).build())
                .add(Linear.builder().setUnits(CLASSES).build());
    }

    /** Kills the training after some steps. */
    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final class Stop implements TrainingProgress {
        private final int after;
        private Model model;

        Stop(int after) {
            this.after = after;
        }

        @Override
        public void stepped(Step step) {
            losses.add(step.loss());
            arrays.add(model.getNDManager().getManagedArrays().size());
            if (step.number() == after) {
                throw new Killed();
            }
        }
    }
}
