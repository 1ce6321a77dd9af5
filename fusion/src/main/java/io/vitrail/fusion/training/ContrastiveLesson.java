package io.vitrail.fusion.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import io.vitrail.fusion.Contrastive;
import io.vitrail.fusion.FusionTask;
import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.text.tokenizer.Truncation;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.TensorBlock;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.ContrastiveLoss;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.Lesson;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.training.TuningCard;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.CheckpointName;
import io.vitrail.vit.ClassScores;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * CLIP or SigLIP learns which pictures and texts belong together, by telling those of a batch apart: with CLIP's
 * softmax and learned temperature, or SigLIP's sigmoid, as the reference computes them. Each picture comes once in an
 * epoch, with one of its captions; pictures that fill no batch come in another epoch. Larger batches are harder, so
 * learn more; those whose gradients are added up don't see each other. For {@link
 * io.vitrail.transformer.training.FineTuner}.
 */
public final class ContrastiveLesson implements Lesson {
    private final TunedModel<Contrastive> tuned;
    private final ProcessedPictures pictures;
    private final LessonBatches batches;
    private final Retrieval retrieval;
    private final FineTuning how;
    private final Options options;
    private final String data;
    private final String code;

    /**
     * How the lesson is given.
     *
     * @param lora changes of low rank that learn instead of the weights
     * @param broken told of each picture file that can't be read, and why; it is passed over
     * @param command that makes this model, for its card; may be empty
     */
    public record Options(Optional<LoraConfig> lora, Consumer<String> broken, String command) {
        /** With all weights; broken files are passed over silently. */
        public static Options defaults() {
            return new Options(Optional.empty(), file -> {}, "");
        }

        /** The same with an adapter. */
        public Options withLora(LoraConfig config) {
            return new Options(Optional.of(config), broken, command);
        }
    }

    /**
     * Loads a checkpoint's folder and reads all pictures once.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the checkpoint is damaged
     * @throws IllegalArgumentException if the model doesn't compare pictures with texts, or less than two pictures can
     *     be
     *     read
     */
    public static ContrastiveLesson of(Path checkpoint, CaptionedFiles files, FineTuning how, Options options) {
        return new ContrastiveLesson(checkpoint, files, how, options);
    }

    private ContrastiveLesson(Path folder, CaptionedFiles files, FineTuning how, Options options) {
        this.how = how;
        this.options = options;
        Check.that(how.optimization().labelSmoothing() == 0, "Which texts are a picture's has no label smoothing.");
        Check.that(how.batching().batch() > 1, "Pictures are told apart within a batch: it must be at least 2.");
        tuned = new TunedModel<>(
                new TunedModel.Source<>(folder, CheckpointName.of(folder), FusionTask.COMPARING, Contrastive.class),
                (model, checkpoint) -> Optional.empty());
        try {
            tuned.train(new ContrastiveBlock(tuned.model(), tuned.dropout()), options.lora, how.seed());
            pictures = new ProcessedPictures(files.training(), tuned.processor(), options.broken);
            Check.that(
                    pictures.size() > 1, "At least 2 pictures are needed, of which %d can be read.", pictures.size());
            ProcessedPictures held = new ProcessedPictures(files.evaluation(), tuned.processor(), options.broken);
            retrieval = new Retrieval(tuned, held, how.batching().batch());
            batches = new LessonBatches(
                    LessonBatches.Sizes.full(pictures.size(), how.batching().batch(), how.seed()),
                    this::prepare,
                    how.running().threads());
        } catch (RuntimeException | Error e) {
            tuned.close();
            throw e;
        }
        data = "%d pictures with captions; measured on %d others".formatted(pictures.size(), held());
        code = files.code();
    }

    private LessonBatches.Prepared prepare(int[] numbers, int epoch) {
        List<String> texts = Arrays.stream(numbers)
                .mapToObj(number -> {
                    List<String> captions = pictures.captions(number);
                    return captions.get(Seeds.random(how.seed(), epoch, number).nextInt(captions.size()));
                })
                .toList();
        return new Pairs(pictures, pictures.batch(numbers), ids(tuned, texts));
    }

    /** Texts as the model reads them together: [texts, tokens]. */
    static long[][] ids(TunedModel<Contrastive> tuned, List<String> texts) {
        int most = Math.min(
                tuned.model().maxTokens(), tuned.tokenizer().modelMaxLength().orElse(Integer.MAX_VALUE));
        EncodeOptions options = EncodeOptions.builder()
                .padding(tuned.model().padding())
                .truncation(Truncation.LONGEST_FIRST)
                .maxLength(most)
                .build();
        return tuned.tokenizer()
                .encode(texts.stream().map(TokenizerInput::of).toList(), options)
                .ids();
    }

    /** Pictures and the text of each. */
    record Pairs(ProcessedPictures pictures, float[] pixels, long[][] ids) implements LessonBatches.Prepared {
        @Override
        public NDList data(NDManager manager) {
            return new NDList(pictures.array(pixels, manager), array(ids, manager));
        }

        static NDArray array(long[][] ids, NDManager manager) {
            long[] all = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
            return manager.create(all, new Shape(ids.length, ids[0].length));
        }

        /** None: the i-th of both belong together. */
        @Override
        public NDList labels(NDManager manager) {
            return new NDList();
        }
    }

    /** The pictures to learn from. */
    public int size() {
        return pictures.size();
    }

    /** The pictures to measure by. */
    public int held() {
        return retrieval.pictures();
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
        return loss(tuned.model());
    }

    /** Of the first of the block's outputs. */
    static Loss loss(Contrastive model) {
        ContrastiveLoss loss = new ContrastiveLoss(
                model.scores() == ClassScores.SIGMOID ? ContrastiveLoss.Form.SIGMOID : ContrastiveLoss.Form.SOFTMAX);
        return new Loss("ContrastiveLoss") {
            @Override
            public NDArray evaluate(NDList labels, NDList outputs) {
                return loss.evaluate(labels, new NDList(outputs.get(0)));
            }
        };
    }

    @Override
    public int batches(int epoch) {
        return batches.count();
    }

    @Override
    public Iterable<Batch> epoch(int epoch, int first, NDManager manager) {
        return batches.epoch(epoch, first, manager);
    }

    @Override
    public Optional<Evaluation> evaluate() {
        return held() == 0 ? Optional.empty() : Optional.of(retrieval.evaluation());
    }

    @Override
    public void save(Path folder, TuningReport report) {
        tuned.save(folder, new TuningCard.Story("zero-shot-image-classification", data, options.command), report);
    }

    @Override
    public String fingerprint() {
        return tuned.fingerprint() + "; pairs " + code + "; "
                + options.lora.map(LoraConfig::toString).orElse("all weights");
    }

    @Override
    public void close() {
        batches.close();
        tuned.close();
    }
}
