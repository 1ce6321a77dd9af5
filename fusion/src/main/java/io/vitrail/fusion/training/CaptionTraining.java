package io.vitrail.fusion.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import io.vitrail.fusion.FusionDecoder;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.WeightAverage;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Trains a {@link FusionDecoder} to caption what a frozen backbone sees, with DJL's Trainer: first on captions that have
 * no picture of their own, each with pictures that it might be about, then on captioned photos. After each epoch it
 * captions the photos of the split val; the weights that did best are kept. Saves its state as it goes; run again with the
 * same options, it goes on where it was, with the same losses. One training at a time in a JVM.
 */
public final class CaptionTraining {
    private static final String STATE = "training.state";

    private final Path data;
    private final FrozenBackbone backbone;
    private final CaptionTrainingOptions options;

    /**
     * @param data holds the folder {@code captions} ({@link CaptionData}), and perhaps {@code cifar10} and {@code
     *     imagenette}
     * @param backbone stays the caller's
     */
    public CaptionTraining(Path data, FrozenBackbone backbone, CaptionTrainingOptions options) {
        this.data = data;
        this.backbone = backbone;
        this.options = options;
    }

    /**
     * Trains to the end, or until the listener asks to stop. The folder then is a checkpoint for {@link
     * io.vitrail.fusion.ImageCaptioner#load}, as soon as an epoch is over, and holds the state.
     *
     * @param operations that gradients flow through
     * @throws CheckpointException if data are missing or damaged, or the state is damaged or of another training
     */
    public CaptionTrainingReport run(Path folder, Operations operations, CaptionProgress progress) {
        try {
            Files.createDirectories(folder);
            Path words = folder.resolve("tokenizer.json");
            CaptionLessons lessons = CaptionLessons.prepare(data, backbone, options, words, progress);
            return run(lessons, folder, operations, progress);
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot write the captioner: " + e.getMessage(), folder, "give a folder that you may write to.", e);
        }
    }

    private CaptionTrainingReport run(
            CaptionLessons lessons, Path folder, Operations operations, CaptionProgress progress) throws IOException {
        DjlEngine.get();
        FusionDecoder network = network(lessons);
        network.trainWith(operations);
        CaptionTrainingOptions.Optimization how = options.optimization();
        long steps = CaptionRun.steps(lessons, options);
        Check.that(
                steps > 0,
                "There are fewer captions than a batch has: %d of photos, %d without; a batch has %d.",
                lessons.captioned().size(),
                lessons.loose().size(),
                how.batch());
        try (Model model = Model.newInstance("captioner", Device.cpu(), "PyTorch")) {
            model.setBlock(network);
            NDManager manager = model.getNDManager();
            manager.getEngine().setRandomSeed((int) options.seed());
            Schedule rate = new Schedule.Cosine(how.peakRate(), Math.min(how.warmupSteps(), steps), steps);
            AdamW.Settings settings = AdamW.Settings.withDecay((float) how.weightDecay());
            try (AdamW optimizer = new AdamW(manager, rate, settings);
                    Trainer trainer = model.newTrainer(config(optimizer))) {
                trainer.initialize(new Shape(1, 2), new Shape(1, lessons.contextTokens(), backbone.width()));
                try (WeightAverage average = new WeightAverage(manager, network.getParameters(), how.averageDecay());
                        CaptionRun.Kept kept = kept(lessons, folder)) {
                    CaptionRun.Parts parts = new CaptionRun.Parts(trainer, optimizer, average, rate, lessons, kept);
                    return new CaptionRun(parts, options, progress)
                            .toTheEnd(folder.resolve(STATE), fingerprint(lessons));
                }
            }
        }
    }

    private FusionDecoder network(CaptionLessons lessons) {
        CaptionTrainingOptions.Decoder sizes = options.decoder();
        return new FusionDecoder(new FusionDecoder.Config(
                sizes.layers(), backbone.width(), lessons.vocabulary(), sizes.longest(), sizes.dropout()));
    }

    private DefaultTrainingConfig config(AdamW optimizer) {
        return new DefaultTrainingConfig(
                        new CrossEntropy((float) options.optimization().labelSmoothing()))
                .optOptimizer(optimizer)
                .optDevices(new Device[] {Device.cpu()});
    }

    /** A second decoder for the averaged weights, which are measured and saved. */
    private CaptionRun.Kept kept(CaptionLessons lessons, Path folder) {
        FusionDecoder averaged = network(lessons);
        NDManager memory = DjlEngine.newManager(Device.cpu());
        averaged.initialize(
                memory, DataType.FLOAT32, new Shape(1, 2), new Shape(1, lessons.contextTokens(), backbone.width()));
        SavedCaptioner saved = new SavedCaptioner(backbone, folder.resolve("tokenizer.json"));
        return new CaptionRun.Kept(averaged, memory, saved, folder);
    }

    /** What must be the same when the training is resumed. */
    private String fingerprint(CaptionLessons lessons) {
        return "%s; %d captions alone, %d of photos, %d words, backbone %s"
                .formatted(
                        options,
                        lessons.loose().size(),
                        lessons.captioned().size(),
                        lessons.vocabulary(),
                        backbone.fingerprint());
    }
}
