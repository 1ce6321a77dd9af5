package io.vitrail.samples.cli;

import io.vitrail.text.training.TextLessonOptions;
import io.vitrail.transformer.hub.NeededFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a text model learns from, and which model it is. */
final class TextLessonSettings {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private LoraOptions lora;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            required = true,
            description = "Folder of a checkpoint in the Hugging Face layout, or a hub name, to begin with.")
    private String model;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "What to learn from.")
    private Path data;

    @Option(
            names = "--evaluation",
            paramLabel = "FILE",
            description = "What to measure by (default: a part of --data is held out).")
    private Optional<Path> evaluation;

    @Option(
            names = "--held-out",
            paramLabel = "PART",
            defaultValue = "0.1",
            description = "Part of --data to measure by, without --evaluation (default ${DEFAULT-VALUE}).")
    private double heldOut;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "512",
            description = "Of a row at most; fewer if the model takes fewer (default ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(names = "--json", description = "The result as one JSON object.")
    private boolean json;

    /** Reads a file of which a part is held out. */
    @FunctionalInterface
    interface Divided<T> {
        T read(Path file, double heldOut, long seed);
    }

    /** The texts of the command line. */
    <T> T texts(long seed, Divided<T> divided, BiFunction<Path, Path, T> two) {
        WrongCommandLine.unless(
                heldOut >= 0 && heldOut < 1, spec, "--held-out must be at least 0 and below 1, not %s", heldOut);
        return evaluation.map(other -> two.apply(data, other)).orElseGet(() -> divided.read(data, heldOut, seed));
    }

    /** @param command that is run, for the model's card */
    TextLessonOptions options(String command) {
        try {
            return new TextLessonOptions(maxTokens, lora.config(), command);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** The folder of the model to begin with, which must be there when a training is resumed: it isn't the output's. */
    Path source(Path out) {
        Path folder = ModelFolder.find(model, NeededFiles.TEXT, spec);
        try {
            boolean same = Files.exists(out) && Files.isSameFile(folder, out);
            WrongCommandLine.unless(
                    !same, spec, "--out must be another folder than --model, which would be overwritten");
        } catch (IOException e) {
            throw new IllegalArgumentException("'" + out + "' can't be looked at: " + e.getMessage(), e);
        }
        Output.makeFolder(out, "--out");
        return folder;
    }

    Output.Style style() {
        return json ? Output.Style.JSON : Output.Style.TEXT;
    }
}
