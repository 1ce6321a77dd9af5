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
                    "For the method tip: a sentence with {} for the label; several are averaged, imagenet stands for"
                            + " CLIP's 80; without it \"This is a photo of {}.\"")
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
        return features(VisionFeatures::embedded);
    }

    /** What was saved, with the model that the command line names, or else that it was learned on. */
    FewShotClassifier load(Path folder) {
        String learnedOn = FewShotClassifier.modelOf(folder).name();
        FrozenFeatures features = features(compute -> Hub.isFullName(learnedOn)
                ? any(ModelFolder.find(learnedOn, NeededFiles.VISION_AND_TEXT, spec), compute)
                : VisionFeatures.embedded(compute));
        try {
            return FewShotClassifier.load(folder, features);
        } catch (RuntimeException | Error e) {
            features.close();
            throw e;
        }
    }

    private FrozenFeatures features(Function<Compute, FrozenFeatures> otherwise) {
        return model.loadForPicturesAndTexts(this::any, otherwise);
    }

    private FrozenFeatures any(Path folder, Compute compute) {
        PromptTemplates prompts = ZeroShotCommand.prompts(templates, spec);
        return ContrastiveFeatures.ofAny(folder, prompts, compute);
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
