package io.vitrail.samples.cli;

import ai.djl.Device;
import ai.djl.Model;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.HybridVit;
import io.vitrail.vit.training.Accuracy;
import io.vitrail.vit.training.ClassifierTraining;
import io.vitrail.vit.training.EvaluationSet;
import io.vitrail.vit.training.EverydayPictures;
import io.vitrail.vit.training.SavedClassifier;
import io.vitrail.vit.training.TrainingOptions;
import io.vitrail.vit.training.TrainingProgress;
import io.vitrail.vit.training.TrainingReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains the embedded classifier from its pictures; stopped at any moment, it goes on from there when called again. */
@Command(
        name = "train",
        description = {
            "Train the small classifier that is embedded here, from pictures. Resumes what was stopped.",
            "Both --data and --out are needed. The embedded captioner: vitrail train captioner."
        },
        subcommands = TrainCaptionerCommand.class)
final class TrainCommand implements Callable<Integer> {
    private static final long LONGEST = 10_000_000;
    /** The stem halves pictures three times. */
    private static final int SIDE_STEP = 8;

    private static final int LARGEST_SIDE = 992;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder with cifar10, imagenette and captions.")
    private Path data;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the model and the state go.")
    private Path folder;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "Begin with the weights of this checkpoint, made by this command, instead of random ones.")
    private Optional<Path> from;

    @Option(
            names = "--stages",
            split = ",",
            paramLabel = "EPOCHSxSIDE",
            defaultValue = "6x32,5x48,3x56",
            description = "Epochs and picture sizes, one after the other (default ${DEFAULT-VALUE}).")
    private List<String> stages;

    @Option(
            names = "--image-size",
            paramLabel = "SIDE",
            description =
                    "Of the finished model's pictures, and of those that it is measured by (default: that of the last"
                            + " stage). Training shows parts of pictures, so that things look larger than they will.")
    private Optional<Integer> imageSize;

    @Option(names = "--batch", defaultValue = "64", description = "Pictures in a batch (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--rate", defaultValue = "8e-4", description = "Peak learning rate (default ${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--warm-up", defaultValue = "400", description = "Steps of warm-up (default ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of weights, order and augmentation (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--precision",
            defaultValue = "AUTO",
            description =
                    "Of products: ${COMPLETION-CANDIDATES}. AUTO is BF16 on CPUs with bfloat16 instructions: about one"
                            + " and a half times as fast (default ${DEFAULT-VALUE}).")
    private Precision precision;

    @Option(
            names = "--minutes",
            defaultValue = "100000",
            description = "Stop, resumable, after so many minutes of training.")
    private long minutes;

    @Option(
            names = "--evaluate-every",
            defaultValue = "3",
            description = "Epochs between evaluations (default ${DEFAULT-VALUE}).")
    private int evaluateEvery;

    @Override
    public Integer call() throws Exception {
        WrongCommandLine.unless( // picocli's own check would hold for the subcommand, too
                data != null && folder != null, spec, "Missing required options: '--data=DIR', '--out=DIR'");
        PrintWriter err = spec.commandLine().getErr();
        TrainingOptions options = options();
        from.ifPresent(checkpoint -> Checkpoint.open(checkpoint).close());
        EverydayPictures pictures = new EverydayPictures(data);
        HybridVit.Config config = config(options, pictures.labels());
        Output.makeFolder(folder, "--out");
        err.println("Reading the pictures …");
        err.flush();
        ClassifierTraining training = new ClassifierTraining(
                pictures.training(EverydayPictures.Repeats.BALANCED),
                pictures.evaluation(side(options), EvaluationSet.Framing.WHOLE),
                options);
        DjlEngine.get();
        HybridVit network = new HybridVit(config);
        try (Model model = Model.newInstance("vitrail", Device.cpu(), "PyTorch");
                GracefulStop stop = new GracefulStop()) {
            from.ifPresent(checkpoint -> load(network, checkpoint, model));
            network.trainWith(Kernels.forTraining(Device.cpu(), precision));
            model.setBlock(network);
            Shown shown = new Shown(err, stop);
            TrainingReport report =
                    training.run(model, pictures.labels().size(), folder.resolve("training.state"), shown);
            shown.bar.end();
            SavedClassifier.save(network, options, report, folder);
            print(report);
            return 0;
        }
    }

    private int side(TrainingOptions options) {
        return imageSize.orElse(options.lastSide());
    }

    private HybridVit.Config config(TrainingOptions options, List<String> labels) {
        if (from.isEmpty()) {
            return HybridVit.Config.embedded(side(options), options.lastSide(), labels);
        }
        try (Checkpoint checkpoint = Checkpoint.open(from.get())) {
            HybridVit.Config config = HybridVit.Config.of(checkpoint, side(options));
            Check.that(config.labels().equals(labels), "--from: its classes are %s, not %s.", config.labels(), labels);
            return config;
        }
    }

    private static void load(HybridVit network, Path checkpoint, Model model) {
        try (Checkpoint files = Checkpoint.open(checkpoint)) {
            network.weightTable()
                    .load(files, files.base(network.basePrefix()), network, network.sizes(), model.getNDManager());
        }
    }

    private TrainingOptions options() {
        WrongCommandLine.unless(batch >= 2, spec, "--batch must be at least 2, not %d", batch);
        WrongCommandLine.unless(rate > 0 && rate <= 1, spec, "--rate must be above 0 and at most 1, not %s", rate);
        imageSize.ifPresent(side -> WrongCommandLine.unless(
                side > 0 && side <= LARGEST_SIDE && side % SIDE_STEP == 0,
                spec,
                "--image-size must be a multiple of %d up to %d, not %d",
                SIDE_STEP,
                LARGEST_SIDE,
                side));
        WrongCommandLine.unless(warmUp >= 0, spec, "--warm-up must be at least 0, not %d", warmUp);
        WrongCommandLine.unless(
                minutes >= 1 && minutes <= LONGEST, spec, "--minutes must be 1 to %d, not %d", LONGEST, minutes);
        WrongCommandLine.unless(evaluateEvery >= 1, spec, "--evaluate-every must be at least 1, not %d", evaluateEvery);
        List<TrainingOptions.Stage> parsed = stages.stream().map(this::stage).toList();
        TrainingOptions defaults = TrainingOptions.defaults(parsed);
        TrainingOptions.Optimization d = TrainingOptions.Optimization.defaults();
        return new TrainingOptions(
                parsed,
                batch,
                new TrainingOptions.Optimization(
                        rate, warmUp, d.weightDecay(), d.labelSmoothing(), d.maxGradientNorm(), d.averageDecay()),
                defaults.mixing(),
                defaults.normalization(),
                seed,
                new TrainingOptions.Running(1, evaluateEvery, Duration.ofMinutes(4), Duration.ofMinutes(minutes)));
    }

    private TrainingOptions.Stage stage(String text) {
        boolean numbers = text.matches("[1-9]\\d{0,3}x[1-9]\\d{0,2}");
        String[] parts = text.split("x");
        WrongCommandLine.unless(
                numbers && Integer.parseInt(parts[1]) % SIDE_STEP == 0,
                spec,
                "--stages must be like 7x40 (7 epochs of 40 × 40 pixels, a multiple of %d), not %s",
                SIDE_STEP,
                text);
        return new TrainingOptions.Stage(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    private void print(TrainingReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (!report.finished()) {
            out.println("Stopped after step " + report.steps() + "; the same command goes on from there.");
        }
        report.accuracies().forEach(accuracy -> out.println(describe(accuracy)));
        out.println("The model lies in " + folder + ".");
        out.flush();
    }

    private static String describe(Accuracy accuracy) {
        return String.format(
                Locale.ROOT,
                "%-16s top-1 %.2f %%, top-5 %.2f %% of %d",
                accuracy.set(),
                100 * accuracy.top1(),
                100 * accuracy.top5(),
                accuracy.n());
    }

    /** Draws the bar, prints a line per evaluation, and passes on a wish to stop. */
    private static final class Shown implements TrainingProgress {
        private final ProgressBar bar;
        private final GracefulStop stop;

        Shown(PrintWriter err, GracefulStop stop) {
            bar = new ProgressBar(err);
            this.stop = stop;
        }

        @Override
        public void stepped(Step step) {
            bar.show(
                    step.number(),
                    step.total(),
                    String.format(
                            Locale.ROOT,
                            "step %d/%d  epoch %d  loss %.3f  accuracy %.2f  %.0f pictures/s  %s left",
                            step.number(),
                            step.total(),
                            step.epoch(),
                            step.loss(),
                            step.accuracy(),
                            step.picturesPerSecond(),
                            brief(step.left())));
        }

        @Override
        public void evaluated(int epoch, List<Accuracy> accuracies) {
            bar.line("epoch " + epoch);
            accuracies.forEach(accuracy -> bar.line("  " + describe(accuracy)));
        }

        @Override
        public void resumed(long steps) {
            bar.line("Going on after step " + steps + ".");
        }

        @Override
        public boolean stopRequested() {
            return stop.requested();
        }

        private static String brief(Duration left) {
            return left.toHours() > 0
                    ? left.toHours() + " h " + left.toMinutesPart() + " min"
                    : left.toMinutes() + " min " + left.toSecondsPart() + " s";
        }
    }
}
