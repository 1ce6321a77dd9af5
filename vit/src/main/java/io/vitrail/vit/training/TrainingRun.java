package io.vitrail.vit.training;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.nn.ParameterList;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListener;
import ai.djl.translate.TranslateException;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.OptimizerSteps;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.training.StateFile;
import io.vitrail.transformer.training.TrainingState;
import io.vitrail.transformer.training.WeightAverage;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    private static final double MEMORY_OF_LOSS = 0.98;
    private static final long DROPOUT = -1;

    private final Parts parts;
    private final TrainingOptions options;
    private final List<EvaluationSet> evaluation;
    private final TrainingProgress progress;
    private final ParameterList parameters;
    private final OptimizerSteps steps;
    private final TrainingClock clock;
    private final int stepsPerEpoch;
    private final long total;
    private long step;
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
        steps = new OptimizerSteps(
                new OptimizerSteps.Parts(parts.trainer, parts.optimizer, parts.average, parts.rate),
                options.optimization().maxGradientNorm());
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
        saving.resume();
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
        int seed = (int) Seeds.random(options.seed(), DROPOUT, step).nextLong();
        OptimizerSteps.Step taken = steps.take(batch.getData(), batch.getLabels(), seed);
        step++;
        double loss = taken.loss();
        meanLoss = Double.isNaN(meanLoss) ? loss : MEMORY_OF_LOSS * meanLoss + (1 - MEMORY_OF_LOSS) * loss;
        clock.end(step, options.side(epoch));
        tellListeners(batch, taken.outputs());
        progress.stepped(new TrainingProgress.Step(
                step,
                total,
                epoch + 1,
                loss,
                Accuracy.ofBatch(batch.getLabels().get(0), taken.outputs().singletonOrThrow()),
                parts.rate.rate(step - 1),
                taken.gradientNorm(),
                clock.picturesPerSecond(),
                clock.left(step)));
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

    /** Where the state is kept. */
    private final class Saving {
        private final StateFile state;

        Saving(Path file, String fingerprint) {
            state = new StateFile(file, fingerprint, new TrainingState(parameters, parts.optimizer, parts.average));
        }

        void save() {
            state.save(Map.of(
                    STEP, Long.toString(step),
                    SECONDS, Double.toString(clock.trained().toMillis() / 1000.0),
                    LOSS, Double.toString(meanLoss)));
            clock.saved();
            progress.saved(state.file());
        }

        void resume() {
            state.resume().ifPresent(facts -> {
                step = Long.parseLong(facts.get(STEP));
                meanLoss = Double.parseDouble(facts.get(LOSS));
                clock.resume(Duration.ofMillis(Math.round(1000 * Double.parseDouble(facts.get(SECONDS)))));
                progress.resumed(step);
            });
        }
    }
}
