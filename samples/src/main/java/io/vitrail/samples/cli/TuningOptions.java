package io.vitrail.samples.cli;

import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a model is fine-tuned, whatever it learns. */
final class TuningOptions {
    private static final double MOST_MINUTES = 1e6;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "OUT",
            description = "Folder for the fine-tuned checkpoint, the state and the history. If it holds a state, the"
                    + " training goes on from there.")
    private Path out;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data (default 3).")
    private Optional<Double> epochs;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimizer, instead of --epochs.")
    private Optional<Long> steps;

    @Option(names = "--batch", defaultValue = "16", description = "Examples in a batch (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--accumulate",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batches whose gradients a step adds up (default ${DEFAULT-VALUE}).")
    private int accumulated;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Highest learning rate (the default depends on the task).")
    private Optional<Double> rate;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            defaultValue = "cosine",
            description = "Of the learning rate, by transformers' names, such as cosine, linear or constant (default"
                    + " ${DEFAULT-VALUE}).")
    private String schedule;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "0.1",
            description = "Steps over which the learning rate rises, or, below 1, a part of all (default"
                    + " ${DEFAULT-VALUE}).")
    private double warmUp;

    @Option(names = "--weight-decay", defaultValue = "0.01", description = "Of AdamW (default ${DEFAULT-VALUE}).")
    private double weightDecay;

    @Option(
            names = "--label-smoothing",
            defaultValue = "0",
            description = "Part of a target that is spread over all classes (default ${DEFAULT-VALUE}).")
    private double labelSmoothing;

    @Option(
            names = "--clip-norm",
            defaultValue = "1",
            description = "Gradients with a larger norm are shrunk to it (default ${DEFAULT-VALUE}).")
    private double maxGradientNorm;

    @Option(
            names = "--average",
            paramLabel = "DECAY",
            defaultValue = "0",
            description = "Decay of the moving average of the weights, such as 0.999; 0 for none (default"
                    + " ${DEFAULT-VALUE}).")
    private double averageDecay;

    @Option(
            names = "--freeze",
            paramLabel = "PATTERN",
            description = "Weights that stay as they are, by the checkpoint's names, such as 'vit.embeddings.*'; may"
                    + " be given several times.")
    private List<String> frozen = List.of();

    @Option(
            names = "--layer-decay",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "Of the learning rate from each layer to the one below (default ${DEFAULT-VALUE}).")
    private double layerDecay;

    @Option(
            names = "--evaluate-every",
            paramLabel = "N",
            defaultValue = "1",
            description = "Epochs between evaluations (default ${DEFAULT-VALUE}).")
    private double evaluateEvery;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description = "Stop early after so many evaluations without a better one; 0 for never (default"
                    + " ${DEFAULT-VALUE}).")
    private int patience;

    @Option(
            names = "--keep",
            defaultValue = "BEST",
            description = "Which weights are saved: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private FineTuning.Kept kept;

    @Option(
            names = "--save-every",
            paramLabel = "MINUTES",
            defaultValue = "5",
            description = "Minutes between states (default ${DEFAULT-VALUE}).")
    private double saveEvery;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "That prepare batches beside the model (default ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--precision",
            defaultValue = "FP32",
            description = "Of products: FP32, BF16, or AUTO, which is BF16 on CPUs with bfloat16 instructions (default"
                    + " ${DEFAULT-VALUE}).")
    private Precision precision;

    @Option(
            names = "--recompute",
            description = "Keep of each layer only what it gives, and compute the rest again for the gradients: the"
                    + " memory of one layer, a third more time.")
    private boolean recompute;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of order, augmentation, new heads and dropout (default ${DEFAULT-VALUE}).")
    private long seed;

    /** Where the checkpoint goes. */
    Path out() {
        return out;
    }

    long seed() {
        return seed;
    }

    /**
     * The settings of the command line.
     *
     * @param usualRate the learning rate if none is given
     */
    FineTuning fineTuning(double usualRate) {
        WrongCommandLine.unless(epochs.isEmpty() || steps.isEmpty(), spec, "give --epochs or --steps, not both");
        WrongCommandLine.unless(
                saveEvery >= 0 && saveEvery <= MOST_MINUTES,
                spec,
                "--save-every must be 0 to 1000000, not %s",
                saveEvery);
        try {
            Span length = steps.<Span>map(Span.Steps::new).orElseGet(() -> new Span.Epochs(epochs.orElse(3.0)));
            Span rising = warmUp < 1 ? new Span.Part(warmUp) : new Span.Steps((long) warmUp);
            return FineTuning.builder()
                    .length(length)
                    .batch(batch)
                    .accumulated(accumulated)
                    .rate(rate.orElse(usualRate))
                    .schedule(schedule)
                    .warmUp(rising)
                    .weightDecay(weightDecay)
                    .labelSmoothing(labelSmoothing)
                    .maxGradientNorm(maxGradientNorm)
                    .averageDecay(averageDecay)
                    .frozen(frozen)
                    .layerDecay(layerDecay)
                    .evaluateEvery(new Span.Epochs(evaluateEvery))
                    .patience(patience)
                    .kept(kept)
                    .saveEvery(Duration.ofMillis(Math.round(saveEvery * 60_000)))
                    .threads(threads)
                    .precision(precision)
                    .layers(recompute ? FineTuning.Layers.RECOMPUTED : FineTuning.Layers.KEPT)
                    .seed(seed)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** The command line as it was given, for the model's card. */
    String command() {
        CommandSpec root = spec.root();
        List<String> arguments = root.commandLine().getParseResult().originalArgs();
        return "./vitrail "
                + String.join(" ", arguments.stream().map(TuningOptions::quoted).toList());
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w./,:=@%+-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
