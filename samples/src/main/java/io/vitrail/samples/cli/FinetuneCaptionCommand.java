package io.vitrail.samples.cli;

import io.vitrail.fusion.training.CaptionLesson;
import io.vitrail.fusion.training.CaptionLesson.Measure;
import io.vitrail.fusion.training.CaptionedFiles;
import io.vitrail.transformer.training.FineTuning;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Teaches a captioner one's own captions. */
@Command(
        name = "caption",
        description = {
            "Teach a captioner your captions: BLIP, GIT, a VisionEncoderDecoder, or the embedded one.",
            "What it sees with can stay as it is: --freeze 'vision_model.*' of BLIP, 'git.image_encoder.*' of GIT,"
                    + " 'encoder.*' of a VisionEncoderDecoder, 'hybrid_vit.*' of the embedded one.",
            "The learning rate is 5e-5 at most, 5e-4 with --lora or for the embedded captioner."
        })
final class FinetuneCaptionCommand implements Callable<Integer> {
    private static final double RATE = 5e-5;
    private static final double RATE_OF_FEW = 5e-4;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CaptionLessonSettings settings;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            description = "Folder of a checkpoint, or a hub name such as Salesforce/blip-image-captioning-base, to"
                    + " begin with (default: the embedded captioner).")
    private Optional<String> model;

    @Option(
            names = "--measure",
            defaultValue = "CIDER_D",
            description = "What the best weights are best at: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Measure measure;

    @Override
    public Integer call() {
        CaptionLesson.Options options = new CaptionLesson.Options(
                measure, settings.lora(), settings.broken(), settings.tuning().command());
        boolean few = options.lora().isPresent() || model.isEmpty();
        FineTuning how = settings.tuning().fineTuning(few ? RATE_OF_FEW : RATE);
        CaptionedFiles files = settings.files();
        Optional<Path> source = model.map(settings::source);
        Path out = settings.tuning().out();
        Output.makeFolder(out, "--out");
        PrintWriter err = spec.commandLine().getErr();
        try (CaptionLesson lesson = source.map(folder -> CaptionLesson.of(folder, files, how, options))
                .orElseGet(() -> CaptionLesson.ofEmbedded(files, how, options))) {
            err.printf("Learning from %d captions, measuring by %d pictures.%n", lesson.size(), lesson.measured());
            err.flush();
            new TuningRunner(spec.commandLine().getOut(), err).run(lesson, how, out, settings.style());
            return 0;
        }
    }
}
