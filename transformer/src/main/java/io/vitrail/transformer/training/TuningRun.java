package io.vitrail.transformer.training;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.listener.TrainingListener;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.RecomputedLayers;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loop: one fine-tuning from its beginning, or from its saved state, to its end. Each batch's memory is freed as
 * soon as its gradients are added.
 */
final class TuningRun {
    private static final String SECONDS = "seconds";
    private static final long DROPOUT = -1;

    private final Plan plan;
    private final OptimizerSteps.Parts parts;
    private final OptimizerSteps steps;
    private final StateFile state;
    private final TuningProgress progress;
    private final TuningStanding standing = new TuningStanding();
    private final TuningClock clock;
    private int epoch;
    private long begun; // steps before the epoch

    /**
     * What is learned, how, and for how long.
     *
     * @param recomputed what the lesson's block is trained with, if its layers are computed again
     */
    record Plan(Lesson lesson, FineTuning how, Timetable timetable, Optional<RecomputedLayers> recomputed) {}

    /** What the examples of one step gave. */
    private record Taken(OptimizerSteps.Step step, double examples, OptionalDouble accuracy) {}

    TuningRun(Plan plan, OptimizerSteps.Parts parts, StateFile state, TuningProgress progress) {
        this.plan = plan;
        this.parts = parts;
        this.state = state;
        this.progress = progress;
        clock = new TuningClock(plan.how.running().budget());
        steps = new OptimizerSteps(parts, plan.how.optimization().maxGradientNorm(), plan.recomputed);
    }

    TuningReport toTheEnd() {
        state.resume().ifPresent(this::goOn);
        clock.expect(plan.timetable.effort(standing.step()));
        Path file = state.file().resolveSibling(TrainingHistory.FILE);
        try (HistoryFile history = HistoryFile.open(file, plan.how.settings(), standing.step())) {
            boolean going = true;
            while (going && !isOver()) {
                findEpoch();
                going = epoch(history);
            }
        }
        boolean last = plan.how.running().kept() == FineTuning.Kept.LAST;
        if (last || standing.best().isEmpty() && end() != TuningReport.End.STOPPED) {
            withAverages(this::saveCheckpoint);
        }
        return report();
    }

    private void goOn(Map<String, String> facts) {
        try {
            standing.restore(facts);
            clock.resume(Double.parseDouble(facts.getOrDefault(SECONDS, "")));
        } catch (IllegalArgumentException e) { // NumberFormatException is one, too
            throw CheckpointException.of(
                    "The training's state is damaged: " + e.getMessage() + ".",
                    state.file(),
                    "delete it to begin anew.",
                    e);
        }
        progress.resumed(standing.step());
    }

    private boolean isOver() {
        return standing.step() >= plan.timetable.total() || isEarly();
    }

    private boolean isEarly() {
        int patience = plan.how.running().patience();
        return patience > 0 && standing.withoutGain() >= patience;
    }

    /** Goes on to the epoch that the next step is in. */
    private void findEpoch() {
        while (standing.step() >= begun + plan.timetable.steps(epoch)) {
            begun += plan.timetable.steps(epoch);
            epoch++;
        }
    }

    /** Trains to the end of the epoch, or of the training; false if it had to stop before. */
    private boolean epoch(HistoryFile history) {
        int accumulated = plan.how.batching().accumulated();
        int first = (int) (standing.step() - begun) * accumulated;
        Trainer trainer = parts.trainer();
        Iterator<Batch> batches =
                plan.lesson.epoch(epoch, first, trainer.getManager()).iterator();
        Check.state(batches.hasNext(), "Epoch %d has no batch %d.", epoch, first);
        while (batches.hasNext() && !isOver()) {
            step(next(batches, accumulated), history);
            boolean measured = clock.isLate() || isDue();
            if (measured) {
                evaluate(history);
            }
            boolean stopping = (clock.isLate() || progress.stopRequested()) && !isOver();
            boolean old = clock.sinceSaved().compareTo(plan.how.running().saveEvery()) >= 0;
            if (measured || stopping || old || !batches.hasNext()) {
                save(history);
            }
            if (stopping) {
                return false;
            }
        }
        trainer.notifyListeners(listener -> listener.onEpoch(trainer));
        return true;
    }

    private boolean isDue() {
        Span every = plan.how.running().evaluateEvery();
        return plan.timetable.ends(every, epoch, standing.step(), standing.step() - begun);
    }

    private static List<Batch> next(Iterator<Batch> batches, int count) {
        List<Batch> group = new ArrayList<>();
        while (group.size() < count && batches.hasNext()) {
            group.add(batches.next());
        }
        return group;
    }

    private void step(List<Batch> group, HistoryFile history) {
        clock.begin();
        Taken taken = take(group);
        double loss = taken.step.loss();
        double norm = taken.step.gradientNorm();
        double rate = parts.rate().rate(standing.step());
        standing.stepped(loss);
        clock.end(taken.examples, plan.lesson.effort(epoch));
        history.add(new TrainingHistory.Step(
                standing.step(), epoch + 1, loss, taken.accuracy, rate, norm, clock.seconds()));
        progress.stepped(new TuningProgress.Step(
                standing.step(),
                plan.timetable.total(),
                epoch + 1,
                loss,
                taken.accuracy,
                rate,
                norm,
                clock.examplesPerSecond(),
                clock.left()));
    }

    /** One step over all batches of a group; closes them. */
    private Taken take(List<Batch> group) {
        double all = group.stream().mapToDouble(plan.lesson::weight).sum();
        double examples = 0;
        double right = 0;
        boolean counted = true;
        steps.begin(
                (int) Seeds.random(plan.how.seed(), DROPOUT, standing.step()).nextLong());
        for (Batch batch : group) {
            try (batch) {
                NDList outputs = steps.add(batch.getData(), batch.getLabels(), plan.lesson.weight(batch) / all);
                OptionalDouble accuracy = plan.lesson.accuracy(batch.getLabels(), outputs);
                counted &= accuracy.isPresent();
                right += accuracy.orElse(0) * batch.getSize();
                examples += batch.getSize();
                tellListeners(batch, outputs);
            }
        }
        OptionalDouble accuracy = counted ? OptionalDouble.of(right / examples) : OptionalDouble.empty();
        return new Taken(steps.finish(), examples, accuracy);
    }

    private void tellListeners(Batch batch, NDList outputs) {
        Device device = parts.trainer().getDevices()[0];
        Map<Device, NDList> labels = new ConcurrentHashMap<>(Map.of(device, batch.getLabels()));
        Map<Device, NDList> predictions = new ConcurrentHashMap<>(Map.of(device, outputs));
        TrainingListener.BatchData told = new TrainingListener.BatchData(batch, labels, predictions);
        parts.trainer().notifyListeners(listener -> listener.onTrainingBatch(parts.trainer(), told));
    }

    /** Measures the averaged weights, and writes them as a checkpoint if they are the best so far. */
    private void evaluate(HistoryFile history) {
        clock.pause();
        withAverages(() -> {
            Optional<Evaluation> measured = plan.lesson.evaluate();
            measured.ifPresent(evaluation -> {
                boolean best = standing.evaluated(epoch + 1, evaluation);
                double loss = standing.lossSinceEvaluation();
                history.add(new TrainingHistory.Epoch(
                        epoch + 1, standing.step(), loss, evaluation.metrics(), evaluation.confusion()));
                if (best && plan.how.running().kept() == FineTuning.Kept.BEST) {
                    saveCheckpoint();
                }
                progress.evaluated(new TuningProgress.Evaluated(standing.step(), epoch + 1, loss, evaluation, best));
            });
        });
    }

    /** Runs something without gradients while the model has the averaged weights, if they are averaged. */
    private void withAverages(Runnable work) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        parts.average().swapWithModel();
        try {
            work.run();
        } finally {
            parts.average().swapWithModel();
            JniUtils.setGradMode(before);
        }
    }

    private void saveCheckpoint() {
        plan.lesson.save(state.file().toAbsolutePath().getParent(), report());
    }

    private void save(HistoryFile history) {
        clock.pause();
        history.flush();
        Map<String, String> facts = new HashMap<>(standing.facts());
        facts.put(SECONDS, Double.toString(clock.seconds()));
        state.save(facts);
        clock.saved();
        progress.saved(state.file());
    }

    private TuningReport.End end() {
        if (isOver()) {
            return standing.step() >= plan.timetable.total() ? TuningReport.End.FINISHED : TuningReport.End.EARLY;
        }
        return clock.isLate() ? TuningReport.End.OUT_OF_TIME : TuningReport.End.STOPPED;
    }

    private TuningReport report() {
        return new TuningReport(
                end(), standing.step(), clock.trained(), standing.meanLoss(), standing.best(), plan.how.settings());
    }
}
