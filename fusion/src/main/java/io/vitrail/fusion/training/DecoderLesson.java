package io.vitrail.fusion.training;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import io.vitrail.fusion.FusionDecoder;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.lora.TrainedWeights;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A {@link FusionDecoder} learns from nothing to caption what a frozen backbone sees: so the embedded one was made.
 * Its first epochs are over captions that have no picture of their own, each with pictures that it might be about, the
 * others over captioned photos. It is measured by what it says of the photos of the split val. {@link CaptionLesson}
 * teaches checkpoints instead. For {@link io.vitrail.transformer.training.FineTuner}, whose folder becomes a checkpoint
 * for {@link io.vitrail.fusion.ImageCaptioner#load}.
 */
public final class DecoderLesson implements Lesson {
    private final CaptionTrainingOptions options;
    private final FineTuning how;
    private final Source source;
    private final CaptionLessons lessons;
    private final CaptionBatches batches;
    private final SavedCaptioner saved;
    private final FusionDecoder network;
    private final NDManager manager;

    /**
     * What a lesson begins with.
     *
     * @param data holds the folder {@code captions} ({@link CaptionData}), and perhaps {@code cifar10} and {@code
     *     imagenette}
     * @param backbone stays the caller's
     * @param folder of the training; the words and what the backbone has seen are kept there
     */
    public record Source(Path data, FrozenBackbone backbone, Path folder) {
        /** Where the words are. */
        Path words() {
            return folder.toAbsolutePath().resolve("tokenizer.json");
        }
    }

    /** Told how far the preparation is, which takes a minute or two. */
    @FunctionalInterface
    public interface Preparation {
        /** So many of so many are done. */
        void prepared(String what, long done, long total);
    }

    private DecoderLesson(Source source, CaptionLessons lessons, CaptionTrainingOptions options, FineTuning how) {
        this.options = options;
        this.how = how;
        this.source = source;
        this.lessons = lessons;
        saved = new SavedCaptioner(source.backbone, source.words());
        int width = source.backbone.width();
        int batch = how.batching().batch();
        batches = new CaptionBatches(batch, lessons.contextTokens(), width, options.hiddenWords(), how.seed());
        Check.that(
                before(options.epochs().all()) > 0,
                "There are fewer captions than a batch has: %d of photos, %d without; a batch has %d.",
                lessons.captioned().size(),
                lessons.loose().size(),
                batch);
        CaptionTrainingOptions.Decoder sizes = options.decoder();
        network = new FusionDecoder(new FusionDecoder.Config(
                sizes.layers(), width, lessons.vocabulary(), sizes.longest(), sizes.dropout()));
        manager = DjlEngine.newManager(Device.cpu());
        manager.getEngine().setRandomSeed((int) how.seed());
        network.initialize(manager, DataType.FLOAT32, new Shape(1)); // its parts know their weights' shapes
    }

    /**
     * Reads and looks at everything.
     *
     * @param how {@link CaptionTrainingOptions#tuning}, perhaps changed
     * @throws CheckpointException if data are missing or damaged, or the folder can't be written
     */
    public static DecoderLesson of(
            Source source, CaptionTrainingOptions options, FineTuning how, Preparation progress) {
        return writing(source.folder, () -> {
            Files.createDirectories(source.folder);
            return new DecoderLesson(
                    source, CaptionLessons.prepare(source, options, how.seed(), progress), options, how);
        });
    }

    /** Writes files. */
    @FunctionalInterface
    private interface Writing<T> {
        T write() throws IOException;
    }

    private static <T> T writing(Path folder, Writing<T> work) {
        try {
            return work.write();
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot write the captioner: " + e + ".", folder, "give a folder that you may write to.", e);
        }
    }

    @Override
    public TensorBlock block() {
        return network;
    }

    @Override
    public Map<String, Parameter> weights() {
        return TrainedWeights.all(network, network.places()).weights();
    }

    @Override
    public Loss loss() {
        return new CrossEntropy((float) how.optimization().labelSmoothing());
    }

    private List<Example> examples(int epoch) {
        return epoch < options.epochs().loose() ? lessons.loose() : lessons.captioned();
    }

    @Override
    public int batches(int epoch) {
        return batches.perEpoch(examples(epoch).size());
    }

    /** Batches of all epochs before one. */
    private long before(int epoch) {
        return IntStream.range(0, epoch).mapToLong(this::batches).sum();
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager parent) {
        List<Example> examples = examples(epoch);
        List<int[]> order = batches.order(examples, epoch);
        long before = before(epoch);
        return () -> IntStream.range(first, order.size())
                .mapToObj(number -> batches.batch(examples, order.get(number), before + number, parent.newSubManager()))
                .iterator();
    }

    /** Words, since the loss is their mean. */
    @Override
    public double weight(Batch batch) {
        return CaptionLesson.counted(batch.getLabels().singletonOrThrow());
    }

    /** Measures the captioner as it is saved, in fewer bits. */
    @Override
    public Optional<Evaluation> evaluate() {
        return writing(source.folder, () -> {
            Path candidate = Files.createTempDirectory(source.folder, "measured-");
            try {
                saved.save(network, candidate);
                return Optional.of(
                        new Evaluation(Map.of("ciderD", lessons.judge().ciderD(candidate))));
            } finally {
                delete(candidate);
            }
        });
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void save(Path to, TuningReport report) {
        writing(to, () -> {
            saved.save(network, to);
            return to;
        });
    }

    @Override
    public String fingerprint() {
        return "%s; %d captions alone, %d of photos, %d words, backbone %s"
                .formatted(
                        options,
                        lessons.loose().size(),
                        lessons.captioned().size(),
                        lessons.vocabulary(),
                        source.backbone.fingerprint());
    }

    @Override
    public void close() {
        manager.close();
    }
}
