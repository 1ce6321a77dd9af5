package io.vitrail.samples.cli;

import io.vitrail.fusion.ContrastiveFeatures;
import io.vitrail.fusion.PromptTemplates;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.hub.Hub;
import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.fewshot.FewShotClassifier;
import io.vitrail.vit.fewshot.FrozenFeatures;
import io.vitrail.vit.fewshot.VisionFeatures;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every few-shot command. */
final class FewShotOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private ReadingOptions reading;

    @Option(
            names = "--template",
            paramLabel = "T",
            description =
                    "For the methods tip and tip_f: a sentence with {} for the label; several are averaged, imagenet"
                            + " stands for CLIP's 80; without it \"This is a photo of {}.\" Added classes get those that"
                            + " were learned with")
    private List<String> templates = List.of();

    @Option(names = "--json", description = "One JSON object per line; a picture that failed has an \"error\".")
    private boolean json;

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    PictureFiles files() {
        return new PictureFiles(reading.reader(), out(), err(), json);
    }

    /** Features of the model that the command line names, or else of the embedded one. */
    FrozenFeatures features() {
        return features(ZeroShotCommand.prompts(templates, spec), VisionFeatures::embedded);
    }

    /** What was saved, with the model that the command line names, or else that it was learned on. */
    FewShotClassifier load(Path folder) {
        String learnedOn = FewShotClassifier.modelOf(folder).name();
        PromptTemplates prompts = prompts(FewShotClassifier.templatesOf(folder));
        FrozenFeatures features = features(
                prompts,
                compute -> Hub.isFullName(learnedOn)
                        ? ContrastiveFeatures.ofAny(cached(learnedOn), prompts, compute)
                        : VisionFeatures.embedded(compute));
        try {
            return FewShotClassifier.load(folder, features);
        } catch (RuntimeException | Error e) {
            features.close();
            throw e;
        }
    }

    private FrozenFeatures features(PromptTemplates prompts, Function<Compute, FrozenFeatures> otherwise) {
        return model.loadForPicturesAndTexts(
                (folder, compute) -> ContrastiveFeatures.ofAny(folder, prompts, compute), otherwise);
    }

    /** Those that were saved, which the command line can't change; without any, the command line's. */
    private PromptTemplates prompts(List<String> saved) {
        PromptTemplates given = ZeroShotCommand.prompts(templates, spec);
        if (saved.isEmpty()) {
            return given;
        }
        WrongCommandLine.unless(
                templates.isEmpty() || given.templates().equals(saved),
                spec,
                "--template: the classes were learned with %s; leave the option out, or learn them again",
                saved);
        return new PromptTemplates(saved);
    }

    /** A file may come from a stranger, so what it names isn't downloaded. */
    private static Path cached(String learnedOn) {
        return Hub.fromEnvironment()
                .cached(learnedOn, NeededFiles.VISION_AND_TEXT)
                .orElseThrow(() -> new IllegalArgumentException("The classes were learned on " + learnedOn
                        + ", which isn't on this machine.\n  try:  --model " + learnedOn + ", which downloads it."));
    }

    /** Vectors of pictures by their labels, of those that can be read; the others are named. */
    Map<String, List<Embedding>> vectors(FrozenFeatures features, List<Path> pictures, Function<Path, String> label) {
        Map<String, List<Embedding>> byLabel = new LinkedHashMap<>();
        ProgressBar bar = new ProgressBar(err());
        int[] seen = {0};
        files().<FrozenFeatures, Embedding>run(
                        pictures, () -> features, (eyes, images) -> eyes.of(images), (file, vector) -> {
                            byLabel.computeIfAbsent(label.apply(file), name -> new ArrayList<>())
                                    .add(vector);
                            bar.show(++seen[0], pictures.size(), seen[0] + " pictures");
                        });
        bar.end();
        return byLabel;
    }
}
