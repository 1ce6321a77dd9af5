package io.vitrail.fusion.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import io.vitrail.fusion.FusionDecoder;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.OptimizerSteps;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.training.StateFile;
import io.vitrail.transformer.training.TrainingState;
import io.vitrail.transformer.training.WeightAverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The loop: one training from its beginning, or from its saved state, to its end. */
final class CaptionRun {
    private static final String STEP = "step";
    private static final String EPOCH = "bestEpoch";
    private static final String CIDER = "bestCiderD";
    private static final Duration BETWEEN_STATES = Duration.ofMinutes(2);
    private static final double MEMORY = 0.95;
    private static final long DROPOUT = -1;

    private final Parts parts;
    private final CaptionTrainingOptions options;
    private final CaptionProgress progress;
    private final OptimizerSteps steps;
    private final CaptionBatches batches;
    private final long total;
    private long step;
    private int bestEpoch;
    private double bestCiderD = -1;
    private long lastSaved = System.nanoTime();
    private double secondsPerStep;

    /** What the loop drives; opened and closed by the caller. */
    record Parts(
            Trainer trainer,
            AdamW optimizer,
            WeightAverage average,
            Schedule rate,
            CaptionLessons lessons,
            Kept kept) {}

    CaptionRun(Parts parts, CaptionTrainingOptions options, CaptionProgress progress) {
        this.parts = parts;
        this.options = options;
        this.progress = progress;
        steps = new OptimizerSteps(
                new OptimizerSteps.Parts(parts.trainer, parts.optimizer, parts.average, parts.rate),
                options.optimization().maxGradientNorm());
        batches = batches(parts.lessons, options);
        total = steps(parts.lessons, options);
    }

    private static CaptionBatches batches(CaptionLessons lessons, CaptionTrainingOptions options) {
        return new CaptionBatches(
                options.optimization().batch(),
                lessons.contextTokens(),
                lessons.judge().width(),
                options.optimization().hiddenWords(),
                options.seed());
    }

    /** Of the whole training. */
    static long steps(CaptionLessons lessons, CaptionTrainingOptions options) {
        CaptionBatches batches = batches(lessons, options);
        long loose = batches.perEpoch(lessons.loose().size());
        long captioned = batches.perEpoch(lessons.captioned().size());
        return loose * options.epochs().loose() + captioned * options.epochs().photos();
    }

    CaptionTrainingReport toTheEnd(Path file, String fingerprint) throws IOException {
        TrainingState state =
                new TrainingState(parts.trainer.getModel().getBlock().getParameters(), parts.optimizer, parts.average);
        StateFile kept = new StateFile(file, fingerprint, state);
        kept.resume().ifPresent(this::goOn);
        long before = 0;
        boolean going = true;
        for (int epoch = 0; epoch < options.epochs().all() && going; epoch++) {
            List<Example> lesson = epoch < options.epochs().loose() ? parts.lessons.loose() : parts.lessons.captioned();
            long end = before + batches.perEpoch(lesson.size());
            if (step < end) {
                going = epoch(epoch, lesson, before, kept);
            }
            before = end;
        }
        return new CaptionTrainingReport(step == total, step, bestEpoch, bestCiderD);
    }

    private void goOn(Map<String, String> facts) {
        step = Long.parseLong(facts.get(STEP));
        bestEpoch = Integer.parseInt(facts.get(EPOCH));
        bestCiderD = Double.parseDouble(facts.get(CIDER));
        progress.resumed(step);
    }

    private void save(StateFile file) {
        file.save(Map.of(
                STEP, Long.toString(step), EPOCH, Integer.toString(bestEpoch), CIDER, Double.toString(bestCiderD)));
        lastSaved = System.nanoTime();
    }

    /** Trains to the end of an epoch; false if it had to stop before. */
    private boolean epoch(int epoch, List<Example> lesson, long before, StateFile file) throws IOException {
        Iterator<int[]> order = batches.order(lesson, epoch).listIterator((int) (step - before));
        while (order.hasNext()) {
            step(lesson, order.next(), epoch);
            boolean stopping = progress.stopRequested() && order.hasNext();
            if (stopping || System.nanoTime() - lastSaved >= BETWEEN_STATES.toNanos()) {
                save(file);
            }
            if (stopping) {
                return false;
            }
        }
        evaluate(epoch + 1);
        save(file);
        return !progress.stopRequested();
    }

    private void step(List<Example> lesson, int[] batch, int epoch) {
        long begun = System.nanoTime();
        double loss;
        try (NDManager scope = parts.trainer.getManager().newSubManager()) {
            CaptionBatches.Learned learned = batches.arrays(lesson, batch, step, scope);
            int seed = (int) Seeds.random(options.seed(), DROPOUT, step).nextLong();
            loss = steps.take(learned.data(), learned.labels(), seed).loss();
        }
        step++;
        double seconds = (System.nanoTime() - begun) / 1e9;
        secondsPerStep = secondsPerStep == 0 ? seconds : MEMORY * secondsPerStep + (1 - MEMORY) * seconds;
        progress.stepped(new CaptionProgress.Step(
                step, total, epoch + 1, loss, batch.length / secondsPerStep, Duration.ofMillis((long)
                        (1000 * secondsPerStep * (total - step)))));
    }

    private void evaluate(int epoch) throws IOException {
        double ciderD = parts.kept.ciderD(parts.average, parts.trainer, parts.lessons.judge());
        boolean best = ciderD > bestCiderD;
        if (best) {
            bestEpoch = epoch;
            bestCiderD = ciderD;
            parts.kept.keep();
        }
        progress.evaluated(epoch, ciderD, best);
    }

    /** The averaged weights as a model of their own, measured as it is saved, and kept where it is the best. */
    record Kept(FusionDecoder averaged, NDManager memory, SavedCaptioner saved, Path folder) implements AutoCloseable {
        double ciderD(WeightAverage average, Trainer trainer, CaptionJudge judge) throws IOException {
            ParameterStore weights = average.weights();
            List<Parameter> trained =
                    trainer.getModel().getBlock().getParameters().values();
            List<Parameter> own = averaged.getParameters().values();
            for (int i = 0; i < own.size(); i++) {
                NDArray value = weights.getValue(trained.get(i), Device.cpu(), false);
                own.get(i).getArray().set(value.toByteBuffer());
            }
            Path candidate = Files.createTempDirectory(folder, "measured-");
            try {
                saved.save(averaged, candidate);
                return judge.ciderD(candidate);
            } finally {
                delete(candidate);
            }
        }

        void keep() throws IOException {
            saved.save(averaged, folder);
        }

        private static void delete(Path folder) throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}
