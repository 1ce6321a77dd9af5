package io.vitrail.vit.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.TrainedWeights;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.TuningCard;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.vit.EmbeddedCheckpoint;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.ProcessedImages;
import io.vitrail.vit.training.LabelledPictures.Example;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A vision model learns to tell classes of pictures apart: any checkpoint of {@link io.vitrail.vit.VisionModels} whose
 * architecture classifies, with a new head where its labels differ. Pictures are varied, then normalised as the
 * checkpoint asks for; they are measured processed as at inference. For {@link
 * io.vitrail.transformer.training.FineTuner}.
 */
public final class ImageClassificationLesson implements Lesson {
    private static final int MOST_SHOWN = 50; // labels, on the card
    private final NDManager manager;
    private final VisionModel model;
    private final TrainedWeights trained;
    private final ImageProcessor processor;
    private final ClassifierFiles files;
    private final LessonPictures training;
    private final List<Example> evaluation;
    private final FineTuning how;
    private final TuningCard card;
    private final String fingerprint;

    /**
     * What a lesson begins with.
     *
     * @param variation of the pictures to learn from
     * @param broken told of each picture file that can't be read, and why; it is passed over
     * @param command that makes this model, for its card; may be empty
     * @param lora changes of low rank that learn in place of the weights, beside the head; none if all learn
     */
    public record Options(
            PictureVariation variation, Consumer<String> broken, String command, Optional<LoraConfig> lora) {
        /** Random crops; broken files are passed over silently. */
        public static Options defaults() {
            return new Options(PictureVariation.defaults(), file -> {}, "", Optional.empty());
        }
    }

    /** What is asked for. */
    private record Request(CheckpointName name, LabelledPictures pictures, FineTuning how, Options options) {}

    /** The same for the embedded model. */
    public static ImageClassificationLesson ofEmbedded(LabelledPictures pictures, FineTuning how, Options options) {
        try (EmbeddedCheckpoint checkpoint = EmbeddedCheckpoint.unpack()) {
            CheckpointName name = CheckpointName.unlisted("the embedded classifier");
            return open(checkpoint.folder(), new Request(name, pictures, how, options));
        }
    }

    /**
     * Loads a checkpoint's folder and reads all pictures once.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the checkpoint is damaged
     * @throws IllegalArgumentException if the architecture can't classify, or no picture of a class can be read
     */
    public static ImageClassificationLesson of(
            Path checkpoint, LabelledPictures pictures, FineTuning how, Options options) {
        return open(checkpoint, new Request(CheckpointName.of(checkpoint), pictures, how, options));
    }

    private static ImageClassificationLesson open(Path folder, Request request) {
        NDManager manager = DjlEngine.newManager(Device.cpu());
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return new ImageClassificationLesson(checkpoint, request, manager);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    private ImageClassificationLesson(Checkpoint checkpoint, Request request, NDManager manager) {
        this.manager = manager;
        how = request.how;
        Options options = request.options;
        ClassifierStart start = new ClassifierStart(checkpoint, request.pictures.labels());
        start.load(manager, how.seed());
        model = start.model();
        trained = trained(start, options.lora);
        processor = ImageProcessor.load(checkpoint.folder());
        ClassifierFiles.Source source =
                new ClassifierFiles.Source(request.name.referenceOrShown(), checkpoint.folder());
        files = ClassifierFiles.of(source, start.config(), start.indexes(manager));
        LabelledPictures pictures = request.pictures.inOrder(model.labels());
        training = training(pictures, options);
        evaluation = ReadPictures.readable(pictures.evaluation(), options.broken);
        card = TuningCard.of(
                request.name,
                checkpoint.folder(),
                TuningCard.Library.TRANSFORMERS,
                new TuningCard.Story("image-classification", data(pictures), options.command));
        fingerprint = "%s of %d bytes from %s; pictures %s, of which %d were read; %s; lora %s"
                .formatted(
                        files.config().path("model_type").asText(),
                        checkpoint.bytes(),
                        request.name.referenceOrShown(),
                        pictures.fingerprint(),
                        training.size(),
                        options.variation,
                        options.lora);
    }

    private LessonPictures training(LabelledPictures pictures, Options options) {
        int side = side();
        ReadPictures read = ReadPictures.of(pictures.training(), side, options.broken);
        requireEachClass(pictures, read);
        return new LessonPictures(
                read,
                new LessonPictures.Options(
                        how.batching().batch(),
                        model.labels().size(),
                        side,
                        processor.withoutResizing(),
                        options.variation,
                        how.seed()),
                how.running().threads());
    }

    private void requireEachClass(LabelledPictures pictures, ReadPictures read) {
        Set<Integer> missing = new TreeSet<>();
        pictures.training().forEach(example -> missing.add(example.label()));
        IntStream.range(0, read.size()).map(read::label).forEach(missing::remove);
        Check.that(
                missing.isEmpty(),
                "No picture of these classes could be read: %s.%n  try:  whole pictures of them, or leave them out.",
                missing.stream().map(model.labels()::get).toList());
    }

    /** All weights, or changes of low rank with what is new learned whole. */
    private TrainedWeights trained(ClassifierStart start, Optional<LoraConfig> lora) {
        LearningClassifier block = new LearningClassifier(model, start.config());
        TrainedWeights chosen = lora.map(
                        config -> TrainedWeights.ofLowRank(config.saving(start.whole(config)), block, model.places()))
                .orElseGet(() -> TrainedWeights.all(block, model.places()));
        manager.getEngine().setRandomSeed((int) how.seed());
        chosen.block().initialize(manager, DataType.FLOAT32, new Shape(1)); // an adapter has no values yet
        return chosen;
    }

    /** Height and width of what the processor makes of a square picture. */
    private int side() {
        int large = 2 * Math.max(model.imageHeight(), model.imageWidth());
        Image square = Image.fromPixels(new byte[3 * large * large], large, large);
        try (NDManager scope = manager.newSubManager()) {
            long[] shape = processor
                    .process(List.of(square), scope)
                    .pixelValues()
                    .getShape()
                    .getShape();
            Check.that(
                    shape.length == 4 && shape[1] == 3 && shape[2] == shape[3],
                    "Pictures can be learned from in colour and as squares; this checkpoint's are %s.",
                    Arrays.toString(shape));
            return (int) shape[2];
        }
    }

    /** Names of the classes by number. */
    public List<String> labels() {
        return model.labels();
    }

    /** The pictures to learn from. */
    public int size() {
        return training.size();
    }

    /** The pictures to measure by. */
    public int measured() {
        return evaluation.size();
    }

    @Override
    public TensorBlock block() {
        return trained.block();
    }

    @Override
    public Map<String, Parameter> weights() {
        return trained.weights();
    }

    @Override
    public Loss loss() {
        return new CrossEntropy((float) how.optimization().labelSmoothing());
    }

    @Override
    public int batches(int epoch) {
        return training.batches();
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager parent) {
        return training.epoch(epoch, first, parent);
    }

    @Override
    public OptionalDouble accuracy(NDList labels, NDList outputs) {
        return OptionalDouble.of(Accuracy.ofBatch(labels.get(0), outputs.singletonOrThrow()));
    }

    @Override
    public Optional<Evaluation> evaluate() {
        if (evaluation.isEmpty()) {
            return Optional.empty();
        }
        ClassifierScore score = new ClassifierScore(model.labels(), evaluation.size());
        int batch = how.batching().batch();
        for (int first = 0; first < evaluation.size(); first += batch) {
            List<Example> some = evaluation.subList(first, Math.min(first + batch, evaluation.size()));
            score.add(some.stream().mapToInt(Example::label).toArray(), logits(some));
        }
        return Optional.of(score.evaluation());
    }

    private float[] logits(List<Example> some) {
        try (NDManager scope = manager.newSubManager()) {
            List<Image> images = some.parallelStream()
                    .map(example -> Image.fromFile(example.file()))
                    .toList();
            ProcessedImages processed = processor.process(images, scope);
            NDArray logits =
                    trained.block().forward(processed.pixelValues(), Pass.inference(ReadableOperations.INSTANCE));
            return logits.toFloatArray(); // [batch, labels]
        }
    }

    private String data(LabelledPictures pictures) {
        List<String> labels = pictures.labels();
        List<String> some = labels.subList(0, Math.min(MOST_SHOWN, labels.size()));
        return "%d pictures of %d classes (%s%s); measured on %d others"
                .formatted(
                        training.size(),
                        labels.size(),
                        String.join(", ", some),
                        some.size() < labels.size() ? ", …" : "",
                        evaluation.size());
    }

    @Override
    public void save(Path folder, TuningReport report) {
        files.save(model, folder, card.text(report), trained.adapter());
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        training.close();
        manager.close();
    }
}
