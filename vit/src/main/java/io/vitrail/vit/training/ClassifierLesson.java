package io.vitrail.vit.training;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.lora.TrainedWeights;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.vit.HybridVit;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * A {@link HybridVit} learns to classify from pictures in memory, whose size grows from stage to stage: so the embedded
 * model was made. {@link ImageClassificationLesson} teaches checkpoints instead. For {@link
 * io.vitrail.transformer.training.FineTuner}, which is to keep the weights of the end.
 */
public final class ClassifierLesson implements Lesson {
    private final HybridVit network;
    private final Pictures pictures;
    private final TrainingOptions options;
    private final FineTuning how;
    private final PictureBatches batches;
    private final NDManager manager;
    private List<Accuracy> accuracies = List.of();

    /**
     * What is shown.
     *
     * @param training the pictures to learn from
     * @param evaluation the pictures to measure by; may be none
     */
    public record Pictures(List<TrainingSet> training, List<EvaluationSet> evaluation) {
        public Pictures {
            training = List.copyOf(training);
            evaluation = List.copyOf(evaluation);
        }
    }

    /**
     * Gives the network random weights where it has none yet.
     *
     * @param how {@link TrainingOptions#tuning}, perhaps changed
     */
    public ClassifierLesson(HybridVit network, Pictures pictures, TrainingOptions options, FineTuning how) {
        int batch = how.batching().batch();
        Check.that(batch > 1, "a batch needs at least 2 pictures, not %d", batch);
        this.network = network;
        this.pictures = pictures;
        this.options = options;
        this.how = how;
        batches = new PictureBatches(
                pictures.training,
                new PictureBatches.Options(
                        batch,
                        network.labels().size(),
                        options.mixing(),
                        options.normalization(),
                        how.seed(),
                        how.running().threads()));
        manager = DjlEngine.newManager(Device.cpu());
        manager.getEngine().setRandomSeed((int) how.seed());
        network.initialize(manager, DataType.FLOAT32, new Shape(1)); // its parts know their weights' shapes
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

    @Override
    public int batches(int epoch) {
        return batches.perEpoch();
    }

    /** The area of a picture. */
    @Override
    public double effort(int epoch) {
        return Math.pow(options.side(epoch), 2);
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager parent) {
        return batches.epoch(new PictureBatches.Epoch(epoch, options.side(epoch)), first, parent);
    }

    /** Mixed pictures count by their larger part. */
    @Override
    public OptionalDouble accuracy(NDList labels, NDList outputs) {
        return OptionalDouble.of(Accuracy.ofBatch(labels.get(0), outputs.singletonOrThrow()));
    }

    /** First the mean over all sets, then each. */
    @Override
    public Optional<Evaluation> evaluate() {
        accuracies = measured();
        if (accuracies.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(
                "accuracy",
                accuracies.stream().mapToDouble(Accuracy::top1).average().orElseThrow());
        for (Accuracy accuracy : accuracies) {
            metrics.put(accuracy.set() + " top1", accuracy.top1());
            metrics.put(accuracy.set() + " top5", accuracy.top5());
        }
        return Optional.of(new Evaluation(metrics));
    }

    private List<Accuracy> measured() {
        ParameterStore weights = new ParameterStore(manager, false);
        return pictures.evaluation.stream()
                .map(set -> Accuracy.measure(network, weights, set, options.normalization()))
                .toList();
    }

    /** Of the network as it was measured last; none if it was saved without measuring. */
    public List<Accuracy> accuracies() {
        return accuracies;
    }

    /** Adjusts the logits of a training that is finished, and measures, unless somebody waits for it to stop. */
    @Override
    public void save(Path folder, TuningReport report) {
        if (report.end() == TuningReport.End.FINISHED) {
            options.adjustment().ifPresent(adjustment -> adjustment.applyTo(network));
        }
        accuracies = report.end() == TuningReport.End.STOPPED ? List.of() : measured();
        SavedClassifier.save(network, options, new SavedClassifier.Result(report, accuracies), folder);
    }

    /** Options, pictures and how they vary. */
    @Override
    public String fingerprint() {
        StringBuilder text = new StringBuilder(options.fingerprint());
        for (TrainingSet set : pictures.training) {
            PictureSet shown = set.pictures();
            text.append("; %s %d x %s %s".formatted(shown.name(), shown.size(), set.repeats(), set.augmentation()));
            text.append(set.sharpRivals().isEmpty() ? "" : " sharp among " + new TreeSet<>(set.sharpRivals()));
        }
        return text.toString();
    }

    @Override
    public void close() {
        batches.close();
        manager.close();
    }
}
