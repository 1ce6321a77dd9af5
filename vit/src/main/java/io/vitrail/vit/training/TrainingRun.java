package io.vitrail.vit.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListener;
import ai.djl.translate.TranslateException;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.TrainingState;
import io.vitrail.transformer.training.WeightAverage;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loop: one training from its beginning, or from its saved state, to its end. Each step's memory is freed with its
 * batch.
 */
final class TrainingRun {
    private static final String STEP = "step";
    private static final String SECONDS = "seconds";
    private static final String LOSS = "loss";
    private static final String FINGERPRINT = "fingerprint";
    private static final double MEMORY_OF_LOSS = 0.98;
    private static final long DROPOUT = -1;
    private static final int MOST_OVERFLOWS = 10;

    private final Parts parts;
    private final TrainingOptions options;
    private final List<EvaluationSet> evaluation;
    private final TrainingProgress progress;
    private final ParameterList parameters;
    private final TrainingClock clock;
    private final int stepsPerEpoch;
    private final long total;
    private long step;
    private int overflows;
    private double meanLoss = Double.NaN;
    private List<Accuracy> accuracies = List.of();

    /** What the loop drives; opened and closed by the caller. */
    record Parts(Trainer trainer, Schedule rate, AdamW optimizer, WeightAverage average, PictureBatches batches) {}

    TrainingRun(Parts parts, TrainingOptions options, List<EvaluationSet> evaluation, TrainingProgress progress) {
        this.parts = parts;
        this.options = options;
        this.evaluation = evaluation;
        this.progress = progress;
        parameters = parts.trainer.getModel().getBlock().getParameters();
        stepsPerEpoch = parts.batches.batchesPerEpoch();
        total = (long) options.epochs() * stepsPerEpoch;
        clock = new TrainingClock(options, stepsPerEpoch);
    }

    /**
     * Trains until all epochs are over, the budget is used up or the listener asks to stop; the fingerprint guards against resuming another
     * training.
     */
    TrainingReport toTheEnd(Path stateFile, String fingerprint) {
        Saving saving = new Saving(stateFile, fingerprint);
        askForGradients();
        if (Files.exists(stateFile)) {
            saving.resume();
        }
        while (step < total && epoch((int) (step / stepsPerEpoch), saving)) {
            int epoch = (int) (step / stepsPerEpoch);
            parts.trainer.notifyListeners(listener -> listener.onEpoch(parts.trainer));
            if (epoch % options.running().evaluateEvery() == 0 || step == total) {
                accuracies = evaluate();
                progress.evaluated(epoch, accuracies);
            }
        }
        if (accuracies.isEmpty() && !progress.stopRequested()) {
            accuracies = evaluate();
        }
        parts.average.copyToModel();
        return new TrainingReport(step == total, step, clock.trained(), meanLoss, accuracies);
    }

    /** Weights that were loaded, rather than initialised by DJL, don't ask for gradients yet. */
    private void askForGradients() {
        for (Parameter parameter : parameters.values()) {
            if (parameter.requiresGradient()) {
                parameter.getArray().setRequiresGradient(true);
            }
        }
    }

    /** Trains to the end of an epoch; false if it had to stop before. */
    private boolean epoch(int epoch, Saving saving) {
        for (Batch batch : batches(epoch, (int) (step % stepsPerEpoch))) {
            try (batch) {
                step(batch, epoch);
            }
            boolean overBudget = clock.trained().compareTo(options.running().budget()) >= 0;
            boolean late = (overBudget || progress.stopRequested()) && step < total;
            if (late || clock.sinceSaved().compareTo(options.running().saveEvery()) >= 0) {
                saving.save();
            }
            if (late) {
                accuracies = List.of(); // those of an earlier epoch
                return false;
            }
        }
        saving.save();
        return true;
    }

    private Iterable<Batch> batches(int epoch, int firstBatch) {
        try {
            return parts.trainer.iterateDataset(parts.batches.epoch(epoch, options.side(epoch), firstBatch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TranslateException e) {
            throw new IllegalStateException(e);
        }
    }

    private void step(Batch batch, int epoch) {
        clock.begin();
        Trainer trainer = parts.trainer;
        trainer.getManager().getEngine().setRandomSeed((int)
                Seeds.random(options.seed(), DROPOUT, step).nextLong());
        NDList logits;
        double loss;
        try (GradientCollector gradients = trainer.newGradientCollector()) {
            logits = trainer.forward(batch.getData(), batch.getLabels());
            NDArray mean = trainer.getLoss().evaluate(batch.getLabels(), logits);
            gradients.backward(mean);
            loss = mean.getFloat();
        }
        double norm =
                parts.optimizer.clipGradients(parameters, options.optimization().maxGradientNorm());
        update(loss, norm);
        step++;
        meanLoss = Double.isNaN(meanLoss) ? loss : MEMORY_OF_LOSS * meanLoss + (1 - MEMORY_OF_LOSS) * loss;
        clock.end(step, options.side(epoch));
        tellListeners(batch, logits);
        progress.stepped(new TrainingProgress.Step(
                step,
                total,
                epoch + 1,
                loss,
                Accuracy.ofBatch(batch.getLabels().get(0), logits.singletonOrThrow()),
                parts.rate.rate(step - 1),
                norm,
                clock.picturesPerSecond(),
                clock.left(step)));
    }

    /** Changes the weights; a step whose gradients overflowed is passed over, unless it is one of many. */
    private void update(double loss, double norm) {
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            overflows = 0;
            parts.trainer.step();
            parts.average.update();
            return;
        }
        overflows++;
        Check.that(
                overflows <= MOST_OVERFLOWS,
                "Training diverged at step %d: loss %s, gradient norm %s.%n"
                        + "  try:  a lower learning rate than %s, or a longer warm-up than %d steps.",
                step + 1,
                loss,
                norm,
                options.optimization().peakRate(),
                options.optimization().warmupSteps());
        parts.optimizer.discardGradients(parameters);
    }

    private void tellListeners(Batch batch, NDList logits) {
        Device device = parts.trainer.getDevices()[0];
        Map<Device, NDList> labels = new ConcurrentHashMap<>(Map.of(device, batch.getLabels()));
        Map<Device, NDList> predictions = new ConcurrentHashMap<>(Map.of(device, logits));
        TrainingListener.BatchData told = new TrainingListener.BatchData(batch, labels, predictions);
        parts.trainer.notifyListeners(listener -> listener.onTrainingBatch(parts.trainer, told));
    }

    private List<Accuracy> evaluate() {
        return evaluation.stream()
                .map(set -> Accuracy.measure(
                        parts.trainer.getModel().getBlock(), parts.average.weights(), set, options.normalization()))
                .toList();
    }

    /** Where the state is kept, and what must agree to resume it. */
    private final class Saving {
        private final Path file;
        private final String fingerprint;
        private final TrainingState state = new TrainingState(parameters, parts.optimizer, parts.average);

        Saving(Path file, String fingerprint) {
            this.file = file;
            this.fingerprint = fingerprint;
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
            } catch (IOException e) {
                throw CheckpointException.of(
                        "Cannot make the folder of the training's state: " + e.getMessage(),
                        file,
                        "give a file in a folder that you may write to.",
                        e);
            }
        }

        void save() {
            state.save(
                    file,
                    Map.of(
                            STEP, Long.toString(step),
                            SECONDS, Double.toString(clock.trained().toMillis() / 1000.0),
                            LOSS, Double.toString(meanLoss),
                            FINGERPRINT, fingerprint));
            clock.saved();
            progress.saved(file);
        }

        void resume() {
            Map<String, String> facts = TrainingState.facts(file);
            if (!fingerprint.equals(facts.get(FINGERPRINT))) {
                throw CheckpointException.of(
                        String.format(
                                "The training was begun with other options or pictures.%n  then: %s%n  now:  %s",
                                facts.get(FINGERPRINT), fingerprint),
                        file,
                        "resume with the same ones, or delete the file to begin anew.");
            }
            state.restore(file);
            step = Long.parseLong(facts.get(STEP));
            meanLoss = Double.parseDouble(facts.get(LOSS));
            clock.resume(Duration.ofMillis(Math.round(1000 * Double.parseDouble(facts.get(SECONDS)))));
            progress.resumed(step);
        }
    }
}
