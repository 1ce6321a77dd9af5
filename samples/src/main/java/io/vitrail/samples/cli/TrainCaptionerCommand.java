package io.vitrail.samples.cli;

import ai.djl.Device;
import io.vitrail.fusion.training.CaptionProgress;
import io.vitrail.fusion.training.CaptionTraining;
import io.vitrail.fusion.training.CaptionTrainingOptions;
import io.vitrail.fusion.training.CaptionTrainingReport;
import io.vitrail.fusion.training.FrozenBackbone;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains the embedded captioner; stopped at any moment, it goes on from there when called again. */
@Command(
        name = "captioner",
        description = "Train the small captioner that is embedded here, on a frozen classifier's features. Resumes what"
                + " was stopped.")
final class TrainCaptionerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Folder with captions, and perhaps cifar10 and imagenette.")
    private Path data;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the model and the state go.")
    private Path folder;

    @Option(
            names = "--backbone",
            paramLabel = "DIR",
            description = "A classifier that vitrail train made (default: the embedded one).")
    private Optional<Path> backbone;

    @Option(
            names = "--epochs",
            paramLabel = "N,N",
            split = ",",
            arity = "1",
            defaultValue = "2,12",
            description = "Over captions without pictures of their own, then over captioned photos (default"
                    + " ${DEFAULT-VALUE}).")
    private int[] epochs;

    @Option(names = "--batch", defaultValue = "64", description = "Captions in a batch (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--rate", defaultValue = "1e-3", description = "Peak learning rate (default ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of weights, order, views and dropout (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--precision",
            defaultValue = "AUTO",
            description = "Of products: ${COMPLETION-CANDIDATES}; AUTO is BF16 on CPUs with bfloat16 instructions"
                    + " (default ${DEFAULT-VALUE}).")
    private Precision precision;

    @Override
    public Integer call() {
        CaptionTrainingOptions options = options();
        Output.makeFolder(folder, "--out");
        PrintWriter err = spec.commandLine().getErr();
        try (FrozenBackbone eyes = FrozenBackbone.open(backbone);
                GracefulStop stop = new GracefulStop()) {
            Shown shown = new Shown(new ProgressBar(err), stop);
            CaptionTrainingReport report = new CaptionTraining(data, eyes, options)
                    .run(folder, Kernels.forTraining(Device.cpu(), precision), shown);
            shown.bar.end();
            print(report);
            return 0;
        }
    }

    private CaptionTrainingOptions options() {
        WrongCommandLine.unless(batch >= 1 && batch <= 4096, spec, "--batch must be 1 to 4096, not %d", batch);
        WrongCommandLine.unless(rate > 0 && rate <= 1, spec, "--rate must be above 0 and at most 1, not %s", rate);
        WrongCommandLine.unless(
                epochs.length == 2
                        && Math.min(epochs[0], epochs[1]) >= 0
                        && Math.max(epochs[0], epochs[1]) <= 1000
                        && Math.max(epochs[0], epochs[1]) > 0,
                spec,
                "--epochs must be two numbers from 0 to 1000, such as 2,12, of which one is above 0");
        CaptionTrainingOptions usual = CaptionTrainingOptions.defaults();
        return new CaptionTrainingOptions(
                new CaptionTrainingOptions.Epochs(epochs[0], epochs[1]),
                usual.decoder(),
                usual.optimization().with(batch, rate),
                usual.pictures(),
                seed);
    }

    private void print(CaptionTrainingReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (!report.finished()) {
            out.println("Stopped after step " + report.steps() + "; the same command goes on from there.");
        }
        if (report.epoch() > 0) {
            out.printf(
                    Locale.ROOT,
                    "CIDEr-D %.4f on val after epoch %d, the best: it lies in %s.%n",
                    report.ciderD(),
                    report.epoch(),
                    folder);
        }
        out.flush();
    }

    /** Draws the bar, prints a line per epoch, and passes on a wish to stop. */
    private record Shown(ProgressBar bar, GracefulStop stop) implements CaptionProgress {
        @Override
        public void prepared(String what, long done, long total) {
            bar.show(done, total, what);
        }

        @Override
        public void resumed(long steps) {
            bar.line("Going on after step " + steps + ".");
        }

        @Override
        public void stepped(Step step) {
            bar.show(
                    step.number(),
                    step.total(),
                    String.format(
                            Locale.ROOT,
                            "step %d/%d  epoch %d  loss %.3f  %.0f captions/s  %d min %d s left",
                            step.number(),
                            step.total(),
                            step.epoch(),
                            step.loss(),
                            step.captionsPerSecond(),
                            step.left().toMinutes(),
                            step.left().toSecondsPart()));
        }

        @Override
        public void evaluated(int epoch, double ciderD, boolean best) {
            bar.line(String.format(
                    Locale.ROOT, "epoch %d  CIDEr-D on val %.4f%s", epoch, ciderD, best ? "  (the best so far)" : ""));
        }

        @Override
        public boolean stopRequested() {
            return stop.requested();
        }
    }
}
