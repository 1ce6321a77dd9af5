package io.vitrail.samples.cli;

import io.vitrail.fusion.training.CaptionedFiles;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.lora.LoraConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a model of pictures and texts learns from, and how it is fine-tuned. */
final class CaptionLessonSettings {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private TuningOptions tuning;

    @Mixin
    private LoraOptions lora;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines with image and captions (a list) or caption, and perhaps split; pictures lie"
                    + " beside the file.")
    private Path data;

    @Option(
            names = "--evaluation",
            paramLabel = "FILE",
            description = "What to measure by (default: a split of --data, or a part that is held out).")
    private Optional<Path> evaluation;

    @Option(
            names = "--held-out",
            paramLabel = "PART",
            defaultValue = "0.1",
            description = "Part of the pictures to measure by, without --evaluation and splits (default"
                    + " ${DEFAULT-VALUE}).")
    private double heldOut;

    @Option(names = "--json", description = "The result as one JSON object.")
    private boolean json;

    TuningOptions tuning() {
        return tuning;
    }

    Optional<LoraConfig> lora() {
        return lora.config();
    }

    /** The pictures of the command line. */
    CaptionedFiles files() {
        WrongCommandLine.unless(
                heldOut >= 0 && heldOut < 1, spec, "--held-out must be at least 0 and below 1, not %s", heldOut);
        return evaluation
                .map(other -> CaptionedFiles.read(data, other))
                .orElseGet(() -> CaptionedFiles.read(data, heldOut, tuning.seed()));
    }

    /** The folder of the model to begin with, which must be there when a training is resumed: it isn't the output's. */
    Path source(String model) {
        Path folder = ModelFolder.find(model, NeededFiles.VISION_AND_TEXT, spec);
        try {
            boolean same = Files.exists(tuning.out()) && Files.isSameFile(folder, tuning.out());
            WrongCommandLine.unless(
                    !same, spec, "--out must be another folder than --model, which would be overwritten");
        } catch (IOException e) {
            throw new IllegalArgumentException("'" + tuning.out() + "' can't be looked at: " + e.getMessage(), e);
        }
        return folder;
    }

    /** Tells of a picture that can't be read. */
    Consumer<String> broken() {
        PrintWriter err = spec.commandLine().getErr();
        return file -> {
            err.println("passed over: " + file);
            err.flush();
        };
    }

    Output.Style style() {
        return json ? Output.Style.JSON : Output.Style.TEXT;
    }
}
