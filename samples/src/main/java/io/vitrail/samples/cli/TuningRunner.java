package io.vitrail.samples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.TrainingHistory;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.training.TuningReport.End;
import io.vitrail.transformer.training.report.HistoryPage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs a fine-tuning on the terminal: a bar, a line for each evaluation, Ctrl-C, and what came of it in the end. */
final class TuningRunner {
    private final PrintWriter out;
    private final PrintWriter err;

    TuningRunner(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** Trains to the end, or until it is stopped; then prints the result, as one JSON object if wanted. */
    TuningReport run(Lesson lesson, FineTuning how, Path folder, Output.Style style) {
        ProgressBar bar = new ProgressBar(err);
        try (GracefulStop stop = new GracefulStop()) {
            TuningReport report = new FineTuner(lesson, how).run(folder, new Shown(bar, stop));
            bar.end();
            TrainingHistory history = TrainingHistory.read(folder.resolve(TrainingHistory.FILE));
            new HistoryPage("Fine-tuning of " + folder.getFileName(), history).save(folder.resolve("report.html"));
            switch (style) {
                case TEXT -> print(report, how.running().kept(), folder);
                case JSON -> Output.line(out, json(report, folder));
            }
            return report;
        }
    }

    private void print(TuningReport report, FineTuning.Kept kept, Path folder) {
        String trained = "Trained %d steps in %s"
                .formatted(report.steps(), time(report.trained().toSeconds()));
        out.println(
                switch (report.end()) {
                    case STOPPED -> "Stopped after step " + report.steps() + "; the same command goes on from there.";
                    case OUT_OF_TIME -> trained + ", which is all the time; with more, the same command goes on.";
                    case EARLY -> trained + ", which was early: it got no better.";
                    case FINISHED -> trained + ".";
                });
        report.best()
                .ifPresent(best -> out.printf(
                        "Best after epoch %d: %s%s.%n",
                        best.epoch(),
                        metrics(best.evaluation().metrics()),
                        kept == FineTuning.Kept.LAST ? "; kept are the weights of the end" : ""));
        if (report.end() != End.STOPPED || kept == FineTuning.Kept.LAST) {
            out.println("The checkpoint lies in " + folder + ", the curves in " + folder.resolve("report.html") + ".");
        }
        out.flush();
    }

    private static ObjectNode json(TuningReport report, Path folder) {
        ObjectNode json = Output.object();
        json.put("end", report.end().name().toLowerCase(Locale.ROOT));
        json.put("steps", report.steps()).put("seconds", report.trained().toMillis() / 1000.0);
        json.put("loss", report.loss());
        report.best().ifPresent(best -> {
            ObjectNode its = json.putObject("best");
            its.put("epoch", best.epoch()).put("step", best.step());
            best.evaluation().metrics().forEach(its::put);
        });
        return json.put("out", folder.toString());
    }

    private static String metrics(Map<String, Double> metrics) {
        return metrics.entrySet().stream()
                .map(metric -> String.format(Locale.ROOT, "%s %.4f", metric.getKey(), metric.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String time(long seconds) {
        if (seconds >= 3600) {
            return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
        }
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
    }

    /** Draws the bar, prints a line for each evaluation, and passes on a wish to stop. */
    private record Shown(ProgressBar bar, GracefulStop stop) implements TuningProgress {
        @Override
        public void resumed(long steps) {
            bar.line("Going on after step " + steps + ".");
        }

        @Override
        public void stepped(Step step) {
            String accuracy = step.accuracy().isPresent()
                    ? String.format(
                            Locale.ROOT, "  accuracy %.2f", step.accuracy().getAsDouble())
                    : "";
            bar.show(
                    step.number(),
                    step.total(),
                    String.format(
                            Locale.ROOT,
                            "step %d/%d  epoch %d  loss %.4f%s  %.1f a second  %s left",
                            step.number(),
                            step.total(),
                            step.epoch(),
                            step.loss(),
                            accuracy,
                            step.examplesPerSecond(),
                            time(step.left().toSeconds())));
        }

        @Override
        public void evaluated(Evaluated evaluated) {
            Evaluation evaluation = evaluated.evaluation();
            bar.line(String.format(
                    Locale.ROOT,
                    "epoch %d  step %d  loss %.4f  measured: %s%s",
                    evaluated.epoch(),
                    evaluated.step(),
                    evaluated.loss(),
                    metrics(evaluation.metrics()),
                    evaluated.best() ? "  (the best so far)" : ""));
        }

        @Override
        public boolean stopRequested() {
            return stop.requested();
        }
    }
}
