package io.vitrail.samples.cli;

import io.vitrail.fusion.training.CaptionedFiles;
import io.vitrail.fusion.training.ContrastiveLesson;
import io.vitrail.transformer.training.FineTuning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Teaches a CLIP or SigLIP which of one's own pictures and texts belong together. */
@Command(
        name = "clip",
        description = {
            "Teach a CLIP or SigLIP which of your pictures and texts belong together.",
            "Pictures are told apart within a batch, so larger batches teach more.",
            "The learning rate is 1e-5 at most, and 2e-4 with --lora."
        })
final class FinetuneClipCommand implements Callable<Integer> {
    private static final double RATE = 1e-5;
    private static final double RATE_OF_LORA = 2e-4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CaptionLessonSettings settings;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            required = true,
            description = "Folder of a checkpoint, or a hub name such as openai/clip-vit-base-patch32, to begin with.")
    private String model;

    @Override
    public Integer call() {
        ContrastiveLesson.Options options = new ContrastiveLesson.Options(
                settings.lora(), settings.broken(), settings.tuning().command());
        FineTuning how = settings.tuning().fineTuning(options.lora().isPresent() ? RATE_OF_LORA : RATE);
        CaptionedFiles files = settings.files();
        Path source = settings.source(model);
        Path out = settings.tuning().out();
        Output.makeFolder(out, "--out");
        PrintWriter err = spec.commandLine().getErr();
        try (ContrastiveLesson lesson = ContrastiveLesson.of(source, files, how, options)) {
            err.printf("Learning from %d pictures, measuring by %d.%n", lesson.size(), lesson.held());
            err.flush();
            new TuningRunner(spec.commandLine().getOut(), err).run(lesson, how, out, settings.style());
            return 0;
        }
    }
}
