package io.vitrail.samples.cli;

import io.vitrail.transformer.hub.NeededFiles;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.vit.image.Resampling;
import io.vitrail.vit.training.Erasing;
import io.vitrail.vit.training.ImageClassificationLesson;
import io.vitrail.vit.training.LabelledPictures;
import io.vitrail.vit.training.Mixing;
import io.vitrail.vit.training.PictureVariation;
import io.vitrail.vit.training.RandAugment;
import io.vitrail.vit.training.ResizedCrop;
import io.vitrail.vit.training.StandardAugmentation;
import io.vitrail.vit.training.TrivialAugment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Teaches a vision model one's own classes. */
@Command(
        name = "classify",
        description = {
            "Teach a model to tell your classes of pictures apart: DIR/<label>/photo.jpg.",
            "Some pictures of each class are held out to measure by, or all of DIR/val/<label>/ beside"
                    + " DIR/train/<label>/.",
            "The learning rate is 5e-5 at most, and 1e-3 for the embedded model."
        })
final class FinetuneClassifyCommand implements Callable<Integer> {
    private static final double RATE = 5e-5;
    private static final double RATE_OF_EMBEDDED = 1e-3;

    /** How pictures vary. */
    enum Augment {
        /** The whole picture, squeezed. */
        NONE,
        /** Random crops, half of them mirrored. */
        CROP,
        /** These, and RandAugment. */
        RAND,
        /** These, and TrivialAugment. */
        TRIVIAL
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private TuningOptions tuning;

    @Mixin
    private LoraOptions lora;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Folder with a subfolder of pictures for each label.")
    private Path data;

    @Option(
            names = {"-m", "--model"},
            paramLabel = "M",
            description = "Folder of a checkpoint, or a hub name such as google/vit-base-patch16-224-in21k, to begin"
                    + " with (default: the embedded model).")
    private Optional<String> model;

    @Option(
            names = "--held-out",
            paramLabel = "PART",
            defaultValue = "0.15",
            description = "Part of each class to measure by, where DIR isn't split (default ${DEFAULT-VALUE}).")
    private double heldOut;

    @Option(
            names = "--augment",
            defaultValue = "CROP",
            description = "How pictures vary: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private Augment augment;

    @Option(
            names = "--smallest-crop",
            paramLabel = "PART",
            defaultValue = "0.08",
            description = "Of a picture's area that a random crop takes (default ${DEFAULT-VALUE}).")
    private double smallestCrop;

    @Option(
            names = "--mirror",
            paramLabel = "P",
            defaultValue = "0.5",
            description = "Probability of a mirror image; 0 where left and right matter (default ${DEFAULT-VALUE}).")
    private double mirror;

    @Option(names = "--mixup", paramLabel = "P", defaultValue = "0", description = "Probability that two are blended.")
    private double mixup;

    @Option(
            names = "--cutmix",
            paramLabel = "P",
            defaultValue = "0",
            description = "Probability that two swap a rectangle.")
    private double cutmix;

    @Option(
            names = "--erase",
            paramLabel = "P",
            defaultValue = "0",
            description = "Probability that a rectangle is covered.")
    private double erase;

    @Option(names = "--json", description = "The result as one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        PictureVariation variation = variation();
        FineTuning how = tuning.fineTuning(model.isPresent() ? RATE : RATE_OF_EMBEDDED);
        WrongCommandLine.unless(
                heldOut >= 0 && heldOut < 1, spec, "--held-out must be at least 0 and below 1, not %s", heldOut);
        LabelledPictures pictures = LabelledPictures.in(data, heldOut, tuning.seed());
        PrintWriter err = spec.commandLine().getErr();
        Optional<Path> source = model.map(named -> ModelFolder.find(named, NeededFiles.VISION, spec));
        source.ifPresent(this::refuseAsOutput);
        Output.makeFolder(tuning.out(), "--out");
        err.printf(
                "Reading %d pictures of %d classes …%n",
                pictures.training().size() + pictures.evaluation().size(),
                pictures.labels().size());
        err.flush();
        ImageClassificationLesson.Options options = new ImageClassificationLesson.Options(
                variation, broken -> err.println("passed over: " + broken), tuning.command(), lora.config());
        try (ImageClassificationLesson lesson = source.map(
                        folder -> ImageClassificationLesson.of(folder, pictures, how, options))
                .orElseGet(() -> ImageClassificationLesson.ofEmbedded(pictures, how, options))) {
            err.printf("Learning from %d, measuring by %d.%n", lesson.size(), lesson.measured());
            new TuningRunner(spec.commandLine().getOut(), err)
                    .run(lesson, how, tuning.out(), json ? Output.Style.JSON : Output.Style.TEXT);
            return 0;
        }
    }

    /** The checkpoint that a training begins with must be there when it is resumed. */
    private void refuseAsOutput(Path source) {
        try {
            boolean same = Files.exists(tuning.out()) && Files.isSameFile(source, tuning.out());
            WrongCommandLine.unless(
                    !same, spec, "--out must be another folder than --model, which would be overwritten");
        } catch (IOException e) {
            throw new IllegalArgumentException("'" + tuning.out() + "' can't be looked at: " + e.getMessage(), e);
        }
    }

    private PictureVariation variation() {
        try {
            StandardAugmentation crops = StandardAugmentation.defaults()
                    .withCrop(ResizedCrop.defaults().withArea(smallestCrop, 1))
                    .withMirror(mirror);
            StandardAugmentation augmentation =
                    switch (augment) {
                        case NONE ->
                            crops.withCrop(new ResizedCrop(1, 1, 1e-3, 1e3, Resampling.BILINEAR))
                                    .withMirror(0);
                        case CROP -> crops;
                        case RAND -> crops.withPolicy(RandAugment.defaults());
                        case TRIVIAL -> crops.withPolicy(new TrivialAugment());
                    };
            return new PictureVariation(augmentation.withErasing(Erasing.of(erase)), new Mixing(mixup, cutmix, 1));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
