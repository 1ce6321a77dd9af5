package io.vitrail.samples.cli;

import io.vitrail.fusion.training.CaptionTrainingOptions;
import io.vitrail.fusion.training.DecoderLesson;
import io.vitrail.fusion.training.FrozenBackbone;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.training.FineTuning;
import java.io.PrintWriter;
import java.nio.file.Path;
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
        FineTuning how = options.tuning()
                .batch(batch)
                .rate(rate)
                .precision(precision)
                .seed(seed)
                .build();
        Output.makeFolder(folder, "--out");
        PrintWriter err = spec.commandLine().getErr();
        ProgressBar bar = new ProgressBar(err);
        try (GracefulStop stop = new GracefulStop();
                FrozenBackbone eyes = FrozenBackbone.open(backbone);
                DecoderLesson lesson = DecoderLesson.of(
                        new DecoderLesson.Source(data, eyes, folder),
                        options,
                        how,
                        (what, done, total) ->
                                bar.show(done, total, what + (stop.requested() ? ", then stops" : "")))) {
            new TuningRunner(spec.commandLine().getOut(), err).run(lesson, how, folder, Output.Style.TEXT);
            return 0;
        }
    }

    private CaptionTrainingOptions options() {
        WrongCommandLine.unless(batch >= 1 && batch <= 4096, spec, "--batch must be 1 to 4096, not %d", batch);
        WrongCommandLine.unless(rate > 0 && rate <= 1, spec, "--rate must be above 0 and at most 1, not %s", rate);
        WrongCommandLine.unless(
                precision != Precision.INT8, spec, "--precision must not be INT8: gradients can't flow through it");
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
                usual.pictures(),
                usual.hiddenWords());
    }
}
