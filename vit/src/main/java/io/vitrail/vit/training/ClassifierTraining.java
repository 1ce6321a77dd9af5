package io.vitrail.vit.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListener;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.WeightAverage;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * Trains an image classifier with DJL's Trainer: AdamW, warm-up and cosine, label smoothing, clipped gradients,
 * averaged weights. Saves its state as it goes; run again with the same options, it goes on where it was, with the
 * same losses. Any block serves that maps [batch, 3, side, side] to logits [batch, classes]. One training at a time in
 * a JVM.
 */
public final class ClassifierTraining {
    private final List<TrainingSet> training;
    private final List<EvaluationSet> evaluation;
    private final TrainingOptions options;
    private final List<TrainingListener> listeners;

    /**
     * @param training the pictures to learn from
     * @param evaluation the pictures to measure by; may be none
     * @param listeners DJL's, told as by its own training loop
     */
    public ClassifierTraining(
            List<TrainingSet> training,
            List<EvaluationSet> evaluation,
            TrainingOptions options,
            TrainingListener... listeners) {
        this.training = List.copyOf(training);
        this.evaluation = List.copyOf(evaluation);
        this.options = options;
        this.listeners = List.of(listeners);
    }

    /**
     * Trains to the end, or until the budget is used up; then the model holds the averaged weights.
     *
     * @param model with the block set; stays the caller's
     * @param classes number of logits
     * @param stateFile where the state is kept; if it exists, the training is resumed
     * @throws io.vitrail.transformer.weights.CheckpointException if the state is damaged, or of another model, other
     *     options or pictures
     */
    public TrainingReport run(Model model, int classes, Path stateFile, TrainingProgress progress) {
        NDManager manager = model.getNDManager();
        manager.getEngine().setRandomSeed((int) options.seed());
        TrainingOptions.Optimization how = options.optimization();
        try (PictureBatches batches = batches(classes)) {
            long steps = (long) options.epochs() * batches.batchesPerEpoch();
            Schedule rate = new Schedule.Cosine(how.peakRate(), Math.min(how.warmupSteps(), steps), steps);
            AdamW.Settings settings = AdamW.Settings.withDecay((float) how.weightDecay());
            try (AdamW optimizer = new AdamW(manager, rate, settings);
                    Trainer trainer = model.newTrainer(config(manager.getDevice(), optimizer))) {
                trainer.initialize(new Shape(options.batch(), 3, options.lastSide(), options.lastSide()));
                try (WeightAverage average =
                        new WeightAverage(manager, model.getBlock().getParameters(), how.averageDecay())) {
                    TrainingRun.Parts parts = new TrainingRun.Parts(trainer, rate, optimizer, average, batches);
                    return new TrainingRun(parts, options, evaluation, progress).toTheEnd(stateFile, fingerprint());
                }
            }
        }
    }

    private PictureBatches batches(int classes) {
        return new PictureBatches(
                training,
                new PictureBatches.Options(
                        options.batch(),
                        classes,
                        options.mixing(),
                        options.normalization(),
                        options.seed(),
                        options.running().loaderThreads()));
    }

    private DefaultTrainingConfig config(Device device, AdamW optimizer) {
        CrossEntropy loss = new CrossEntropy((float) options.optimization().labelSmoothing());
        return new DefaultTrainingConfig(loss)
                .optOptimizer(optimizer)
                .optDevices(new Device[] {device})
                .addTrainingListeners(listeners.toArray(TrainingListener[]::new));
    }

    /** What must be the same when the training is resumed: options, pictures and how they vary. */
    private String fingerprint() {
        StringBuilder text = new StringBuilder(options.fingerprint());
        for (TrainingSet set : training) {
            PictureSet pictures = set.pictures();
            text.append(String.format(
                    "; %s %d x %s %s", pictures.name(), pictures.size(), set.repeats(), set.augmentation()));
            text.append(set.sharpRivals().isEmpty() ? "" : " sharp among " + new TreeSet<>(set.sharpRivals()));
        }
        return text.toString();
    }
}
