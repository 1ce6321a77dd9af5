package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import io.vitrail.fusion.EmbeddedCaptioner;
import io.vitrail.fusion.FusionTask;
import io.vitrail.fusion.PictureWriter;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.TuningCard;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.vit.EmbeddedCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * A captioner learns from pictures with captions, by teacher forcing: BLIP, GIT, a VisionEncoderDecoder, or the
 * embedded one. Each caption is an example. The loss is the family's own: that of the reference over the words and the
 * end, label smoothing included where the config asks for it and the settings don't. For {@link
 * io.vitrail.transformer.training.FineTuner}.
 */
public final class CaptionLesson implements Lesson {
    private static final int MOST_TOKENS = 512;

    private final TunedModel<PictureWriter> tuned;
    private final ProcessedPictures pictures;
    private final List<Sentence> sentences;
    private final LessonBatches batches;
    private final CaptionScore score;
    private final FineTuning how;
    private final Options options;
    private final String data;
    private final String code;

    /** What held-out captions are measured by; the loss is measured as well. */
    public enum Measure {
        /**
         * How like people's captions the model's are: {@link io.vitrail.fusion.metrics.CaptionMetrics}. A single picture,
         * which no word can tell from others, is measured by its loss.
         */
        CIDER_D,
        /** How surprising people's captions are to the model; it takes no writing. */
        LOSS
    }

    /**
     * How the lesson is given.
     *
     * @param measure decides which weights are best
     * @param lora changes of low rank that learn instead of the weights
     * @param broken told of each picture file that can't be read, and why; it is passed over
     * @param command that makes this model, for its card; may be empty
     */
    public record Options(Measure measure, Optional<LoraConfig> lora, Consumer<String> broken, String command) {
        /** By CIDEr-D, with all weights; broken files are passed over silently. */
        public static Options defaults() {
            return new Options(Measure.CIDER_D, Optional.empty(), file -> {}, "");
        }

        /** The same with an adapter. */
        public Options withLora(LoraConfig config) {
            return new Options(measure, Optional.of(config), broken, command);
        }
    }

    /** A caption to learn: what is read and what follows. */
    record Sentence(int picture, long[] ids) {}

    /** The same for the embedded captioner; {@code hybrid_vit.*} is what it sees with. */
    public static CaptionLesson ofEmbedded(CaptionedFiles files, FineTuning how, Options options) {
        try (EmbeddedCheckpoint checkpoint = EmbeddedCaptioner.unpack()) {
            CheckpointName name = CheckpointName.unlisted("the embedded captioner");
            return new CaptionLesson(checkpoint.folder(), name, files, how, options);
        }
    }

    /**
     * Loads a checkpoint's folder and reads all pictures once.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the checkpoint is damaged
     * @throws IllegalArgumentException if the model doesn't write captions, or no picture can be read
     */
    public static CaptionLesson of(Path checkpoint, CaptionedFiles files, FineTuning how, Options options) {
        return new CaptionLesson(checkpoint, CheckpointName.of(checkpoint), files, how, options);
    }

    private CaptionLesson(Path folder, CheckpointName name, CaptionedFiles files, FineTuning how, Options options) {
        this.how = how;
        this.options = options;
        tuned = new TunedModel<>(
                new TunedModel.Source<>(folder, name, FusionTask.WRITING, PictureWriter.class),
                (model, checkpoint) -> Optional.of(model.options(checkpoint)));
        try {
            tuned.train(new CaptionBlock(tuned.model(), tuned.dropout()), options.lora, how.seed());
            pictures = new ProcessedPictures(files.training(), tuned.processor(), options.broken);
            sentences = sentences(pictures);
            ProcessedPictures held = new ProcessedPictures(files.evaluation(), tuned.processor(), options.broken);
            score = new CaptionScore(
                    tuned, held, sentences(held), how.batching().batch());
            batches = new LessonBatches(
                    LessonBatches.Sizes.all(sentences.size(), how.batching().batch(), how.seed()),
                    this::prepare,
                    how.running().threads());
        } catch (RuntimeException | Error e) {
            tuned.close();
            throw e;
        }
        data = "%d captions of %d pictures; measured on %d others"
                .formatted(sentences.size(), pictures.size(), score.pictures());
        code = files.code();
    }

    private List<Sentence> sentences(ProcessedPictures of) {
        PictureWriter model = tuned.model();
        int most = Math.min(MOST_TOKENS, model.decoder().maxTokens());
        List<Sentence> all = new ArrayList<>();
        for (int picture = 0; picture < of.size(); picture++) {
            for (String caption : of.captions(picture)) {
                all.add(new Sentence(picture, model.lesson(caption, tuned.tokenizer(), tuned.writing(), most)));
            }
        }
        return all;
    }

    private LessonBatches.Prepared prepare(int[] numbers, int epoch) {
        List<Sentence> some = Arrays.stream(numbers).mapToObj(sentences::get).toList();
        return new Words(pictures, some);
    }

    /** Pictures and the ids of captions, and the ids that follow each. */
    record Words(ProcessedPictures pictures, float[] pixels, List<Sentence> sentences)
            implements LessonBatches.Prepared {
        Words(ProcessedPictures pictures, List<Sentence> sentences) {
            this(
                    pictures,
                    pictures.batch(
                            sentences.stream().mapToInt(Sentence::picture).toArray()),
                    sentences);
        }

        @Override
        public NDList data(NDManager manager) {
            return new NDList(pictures.array(pixels, manager), rows(0, 0, manager));
        }

        @Override
        public NDList labels(NDManager manager) {
            return new NDList(rows(1, CrossEntropy.IGNORED, manager));
        }

        /** All but one id of each, from that one on, filled up behind: [batch, tokens]. */
        private NDArray rows(int first, long filling, NDManager manager) {
            int tokens =
                    sentences.stream().mapToInt(each -> each.ids.length).max().orElseThrow() - 1;
            long[] rows = new long[sentences.size() * tokens];
            Arrays.fill(rows, filling);
            for (int i = 0; i < sentences.size(); i++) {
                long[] ids = sentences.get(i).ids;
                System.arraycopy(ids, first, rows, i * tokens, ids.length - 1);
            }
            return manager.create(rows, new Shape(sentences.size(), tokens));
        }
    }

    /** The captions to learn from. */
    public int size() {
        return sentences.size();
    }

    /** The pictures to measure by. */
    public int measured() {
        return score.pictures();
    }

    @Override
    public TensorBlock block() {
        return tuned.trained().block();
    }

    @Override
    public Map<String, Parameter> weights() {
        return tuned.trained().weights();
    }

    @Override
    public Loss loss() {
        return new CrossEntropy((float) smoothing());
    }

    private double smoothing() {
        double asked = how.optimization().labelSmoothing();
        return asked > 0 ? asked : tuned.model().labelSmoothing();
    }

    @Override
    public int batches(int epoch) {
        return batches.count();
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager manager) {
        return batches.epoch(epoch, first, manager);
    }

    /** Words, since the loss is their mean. */
    @Override
    public double weight(Batch batch) {
        return counted(batch.getLabels().singletonOrThrow());
    }

    static double counted(NDArray labels) {
        try (NDArray counted = labels.neq(CrossEntropy.IGNORED);
                NDArray sum = counted.sum()) {
            return sum.toType(DataType.INT64, false).getLong();
        }
    }

    /** Of the words and ends. */
    @Override
    public OptionalDouble accuracy(NDList labels, NDList outputs) {
        NDArray next = labels.singletonOrThrow();
        NDArray right = outputs.singletonOrThrow().argMax(-1).eq(next);
        return OptionalDouble.of(right.toType(DataType.INT64, false).sum().getLong() / counted(next));
    }

    @Override
    public Optional<Evaluation> evaluate() {
        return score.pictures() == 0 ? Optional.empty() : Optional.of(score.of(options.measure, loss()));
    }

    @Override
    public void save(Path folder, TuningReport report) {
        tuned.save(folder, new TuningCard.Story("image-to-text", data, options.command), report);
    }

    @Override
    public String fingerprint() {
        return tuned.fingerprint() + "; captions " + code + ", measured by " + options.measure + "; "
                + options.lora.map(LoraConfig::toString).orElse("all weights");
    }

    @Override
    public void close() {
        batches.close();
        tuned.close();
    }
}
