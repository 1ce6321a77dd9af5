package io.vitrail.samples.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.HybridVit;
import io.vitrail.vit.training.Accuracy;
import io.vitrail.vit.training.ClassifierLesson;
import io.vitrail.vit.training.EvaluationSet;
import io.vitrail.vit.training.EverydayPictures;
import io.vitrail.vit.training.LogitAdjustment;
import io.vitrail.vit.training.TrainingOptions;
import io.vitrail.vit.training.TrainingSet;
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
            names = "--logit-adjustment",
            paramLabel = "PART",
            defaultValue = "0",
            description =
                    "Most photos show Imagenette's classes: take so much of this, 0 to 1, out of the finished model's"
                            + " logits (Menon et al. 2021; default ${DEFAULT-VALUE}).")
    private double logitAdjustment;

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
    public Integer call() {
        WrongCommandLine.unless( // picocli's own check would hold for the subcommand, too
                data != null && folder != null, spec, "Missing required options: '--data=DIR', '--out=DIR'");
        PrintWriter err = spec.commandLine().getErr();
        TrainingOptions options = options();
        FineTuning how = tuning(options);
        from.ifPresent(checkpoint -> Checkpoint.open(checkpoint).close());
        EverydayPictures pictures = new EverydayPictures(data);
        HybridVit.Config config = config(options, pictures.labels());
        Output.makeFolder(folder, "--out");
        err.println("Reading the pictures …");
        err.flush();
        List<TrainingSet> sets = pictures.training(EverydayPictures.Repeats.BALANCED);
        ClassifierLesson.Pictures shown =
                new ClassifierLesson.Pictures(sets, pictures.evaluation(side(options), EvaluationSet.Framing.WHOLE));
        HybridVit network = new HybridVit(config);
        try (NDManager memory = DjlEngine.newManager(Device.cpu())) {
            from.ifPresent(checkpoint -> load(network, checkpoint, memory));
            try (ClassifierLesson lesson =
                    new ClassifierLesson(network, shown, adjusted(options, pictures, sets), how)) {
                train(lesson, how);
            }
        }
        return 0;
    }

    private TrainingOptions adjusted(TrainingOptions options, EverydayPictures pictures, List<TrainingSet> sets) {
        if (logitAdjustment == 0) {
            return options;
        }
        return options.withAdjustment(new LogitAdjustment(pictures.photosOfEachClass(sets), logitAdjustment));
    }

    private void train(ClassifierLesson lesson, FineTuning how) {
        PrintWriter out = spec.commandLine().getOut();
        new TuningRunner(out, spec.commandLine().getErr()).run(lesson, how, folder, Output.Style.TEXT);
        lesson.accuracies().forEach(accuracy -> out.println(describe(accuracy)));
        out.flush();
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

    private static void load(HybridVit network, Path checkpoint, NDManager memory) {
        try (Checkpoint files = Checkpoint.open(checkpoint)) {
            network.weightTable().load(files, files.base(network.basePrefix()), network, network.sizes(), memory);
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
        WrongCommandLine.unless(
                logitAdjustment >= 0 && logitAdjustment <= 1,
                spec,
                "--logit-adjustment must be 0 to 1, not %s",
                logitAdjustment);
        WrongCommandLine.unless(warmUp >= 0, spec, "--warm-up must be at least 0, not %d", warmUp);
        WrongCommandLine.unless(
                minutes >= 1 && minutes <= LONGEST, spec, "--minutes must be 1 to %d, not %d", LONGEST, minutes);
        WrongCommandLine.unless(
                precision != Precision.INT8, spec, "--precision must not be INT8: gradients can't flow through it");
        WrongCommandLine.unless(evaluateEvery >= 1, spec, "--evaluate-every must be at least 1, not %d", evaluateEvery);
        return TrainingOptions.defaults(stages.stream().map(this::stage).toList());
    }

    private FineTuning tuning(TrainingOptions options) {
        return options.tuning()
                .batch(batch)
                .rate(rate)
                .warmUp(new Span.Steps(warmUp))
                .evaluateEvery(new Span.Epochs(evaluateEvery))
                .budget(Duration.ofMinutes(minutes))
                .precision(precision)
                .seed(seed)
                .build();
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

    private static String describe(Accuracy accuracy) {
        return String.format(
                Locale.ROOT,
                "%-16s top-1 %.2f %%, top-5 %.2f %% of %d",
                accuracy.set(),
                100 * accuracy.top1(),
                100 * accuracy.top5(),
                accuracy.n());
    }
}
