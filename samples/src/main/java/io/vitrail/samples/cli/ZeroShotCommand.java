package io.vitrail.samples.cli;

import io.vitrail.fusion.PromptTemplates;
import io.vitrail.fusion.ZeroShotClassifier;
import io.vitrail.fusion.ZeroShotClassifier.Labels;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which of the command line's labels pictures show. */
@Command(
        name = "zero-shot",
        description = {
            "Say which of any labels pictures show.",
            "Example: ./vitrail zero-shot photo.jpg --labels cat,dog,car --model openai/clip-vit-base-patch32"
        })
final class ZeroShotCommand implements Callable<Integer> {
    /** Models for the task; none is embedded. */
    private static final String MODELS = "openai/clip-vit-base-patch32 or google/siglip-base-patch16-224";

    /** Stands for CLIP's 80 templates. */
    private static final String IMAGENET = "imagenet";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    private ReadingOptions reading;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
    private List<Path> pictures;

    @Option(
            names = "--labels",
            paramLabel = "LABEL",
            required = true,
            split = ",",
            description = "What pictures may show; commas between, or --labels once for each.")
    private List<String> labels;

    @Option(
            names = "--template",
            paramLabel = "T",
            description = "A sentence with {} for the label, such as \"a photo of a {}.\"; several are averaged,"
                    + " imagenet stands for CLIP's 80; without it \"This is a photo of {}.\"")
    private List<String> templates = List.of();

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "5",
            description = "Labels to print (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--json", description = "One JSON object per line; a picture that failed has an \"error\".")
    private boolean json;

    @Override
    public Integer call() {
        WrongCommandLine.unless(topK >= 1, spec, "--top-k must be at least 1, not %d", topK);
        PictureTextOptions.requireModel(model, MODELS, spec);
        PrintWriter out = spec.commandLine().getOut();
        PictureFiles files =
                new PictureFiles(reading.reader(), out, spec.commandLine().getErr(), json);
        LabelLines lines = new LabelLines(out, json, topK);
        Labels wanted = wanted(prompts(templates, spec));
        return files.answer(
                pictures,
                () -> model.loadForPicturesAndTexts(adapter.over(
                        (folder, compute) ->
                                ZeroShotClassifier.load(folder, wanted.names(), wanted.templates(), compute),
                        (folder, peft, compute) -> ZeroShotClassifier.loadMerged(folder, peft, wanted, compute))),
                ZeroShotClassifier::classify,
                lines::print);
    }

    private Labels wanted(PromptTemplates prompts) {
        try {
            return new Labels(labels.stream().map(String::strip).toList(), prompts);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--labels: " + e.getMessage(), e);
        }
    }

    /** The sentences of --template; without any, the reference's. */
    static PromptTemplates prompts(List<String> templates, CommandSpec spec) {
        if (templates.isEmpty()) {
            return PromptTemplates.DEFAULT;
        }
        try {
            return templates.equals(List.of(IMAGENET)) ? PromptTemplates.imagenet() : new PromptTemplates(templates);
        } catch (IllegalArgumentException e) {
            WrongCommandLine.unless(false, spec, "--template: %s", e.getMessage());
            throw e;
        }
    }
}
