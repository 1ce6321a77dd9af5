package io.vitrail.transformer.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.RecomputedLayers;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Has a model learn a {@link Lesson}, from a checkpoint or from nothing, with DJL's Trainer: {@link AdamW}, a {@link
 * Schedule}, gradients that are clipped and added up, averaged weights, evaluations, early stopping, a budget of time.
 * Its folder becomes a checkpoint of the best weights, or of the last, and holds the state ({@link #STATE}) and the
 * {@link TrainingHistory}: stopped or killed at any moment and run again with the same lesson and settings, it goes on
 * where it was, with the same losses. One training at a time in a JVM.
 */
public final class FineTuner {
    /** The file of the state: as large as the weights that learn, three or four times. It may be deleted at the end. */
    public static final String STATE = "training.state";

    private final Lesson lesson;
    private final FineTuning how;
    private final List<TrainingListener> listeners;

    /**
     * @param lesson stays the caller's
     * @param listeners DJL's, told as by its own training loop
     */
    public FineTuner(Lesson lesson, FineTuning how, TrainingListener... listeners) {
        this.lesson = lesson;
        this.how = how;
        this.listeners = List.of(listeners);
    }

    /**
     * Trains to the end, or until it is asked to stop.
     *
     * @param folder where the checkpoint, the state and the history go; with a state in it, the training is resumed
     * @throws CheckpointException if a file can't be written, or the state is damaged or of another training; what was
     *     written before stays whole
     * @throws IllegalArgumentException if the settings don't fit the lesson, or the training diverged
     */
    public TuningReport run(Path folder, TuningProgress progress) {
        makeFolder(folder);
        DjlEngine.get();
        ChosenWeights weights = ChosenWeights.of(lesson, how.selection());
        Device device = device();
        Operations operations = Kernels.forTraining(device, how.precision());
        if (how.layers() == FineTuning.Layers.KEPT) {
            lesson.block().trainWith(operations);
            return run(folder, weights, Optional.empty(), progress);
        }
        try (RecomputedLayers recomputed = new RecomputedLayers(operations)) {
            lesson.block().trainWith(recomputed);
            return run(folder, weights, Optional.of(recomputed), progress);
        }
    }

    private TuningReport run(
            Path folder, ChosenWeights weights, Optional<RecomputedLayers> recomputed, TuningProgress progress) {
        Device device = device();
        Timetable timetable = new Timetable(lesson, how);
        Schedule rate = schedule(timetable);
        try (Model model = Model.newInstance("fine-tuning", device, "PyTorch")) {
            model.setBlock(lesson.block());
            NDManager manager = model.getNDManager();
            manager.getEngine().setRandomSeed((int) how.seed());
            AdamW.Settings settings =
                    AdamW.Settings.withDecay((float) how.optimization().weightDecay());
            try (AdamW optimizer = new AdamW(manager, weights.rates(rate), settings);
                    Trainer trainer = model.newTrainer(config(device, optimizer))) {
                trainer.initialize(new Shape(1)); // blocks know their weights' shapes
                try (WeightAverage average = average(manager, weights)) {
                    OptimizerSteps.Parts parts = new OptimizerSteps.Parts(trainer, optimizer, average, rate);
                    TrainingState state = new TrainingState(weights.changing(), optimizer, average);
                    StateFile file = new StateFile(folder.resolve(STATE), fingerprint(), state);
                    TuningRun.Plan plan = new TuningRun.Plan(lesson, how, timetable, recomputed);
                    return new TuningRun(plan, parts, file, progress).toTheEnd();
                }
            }
        }
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot make the folder of the training: " + e + ".", folder, "give one that you may write to.", e);
        }
    }

    /** Where the model's weights are; those of an adapter have no values yet. */
    private Device device() {
        return lesson.block().getParameters().values().stream()
                .filter(Parameter::isInitialized)
                .findFirst()
                .map(parameter -> parameter.getArray().getDevice())
                .orElse(Device.cpu());
    }

    private Schedule schedule(Timetable timetable) {
        FineTuning.Optimization optimization = how.optimization();
        long total = timetable.total();
        long warmUp = Math.min(optimization.warmUp().steps(timetable::steps, total), total);
        return Schedule.named(optimization.schedule(), optimization.rate(), warmUp, total);
    }

    private DefaultTrainingConfig config(Device device, AdamW optimizer) {
        return new DefaultTrainingConfig(lesson.loss())
                .optOptimizer(optimizer)
                .optDevices(new Device[] {device})
                .addTrainingListeners(listeners.toArray(TrainingListener[]::new));
    }

    /** Of no weights, where they aren't averaged. */
    private WeightAverage average(NDManager manager, ChosenWeights weights) {
        double decay = how.optimization().averageDecay();
        return new WeightAverage(manager, decay > 0 ? weights.changing() : new ParameterList(), decay);
    }

    private String fingerprint() {
        return how.fingerprint() + "; " + lesson.fingerprint();
    }
}
