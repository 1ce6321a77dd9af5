package io.vitrail.fusion;

import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.ModelCatalogue;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Answers questions about a picture: in words of its own (BLIP; LLaVA, Idefics3 and SmolVLM, which are asked in a
 * chat), or by a choice among those that it has learned (ViLT). However many questions there are, the picture goes
 * through the vision tower, if there is one, once.
 *
 * <pre>{@code
 * try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(folder)) {
 *     System.out.println(answerer.answer(Image.fromFile(Path.of("photo.jpg")), "What is on the table?").text());
 * }
 * }</pre>
 *
 * <p>Thread-safe: any number of threads may call one answerer; they take turns at the model. A call ends with a
 * {@link io.vitrail.transformer.CallException} when its thread is interrupted or the answerer is closed. It holds
 * native memory until it is closed; its results don't.
 */
public final class VisualQuestionAnswerer implements AutoCloseable {
    /**
     * An answer, and how likely the model finds it.
     *
     * @param text in the model's words
     * @param probability of this very answer: of a written one the product of its tokens', the end included; of a
     *     chosen one that it is right, as others may be
     * @param score its natural logarithm; of a written answer divided by the number of its tokens, so that long ones
     *     don't lose
     */
    public record Answer(String text, double probability, double score) {}

    /** Makes what answers of a checkpoint. */
    @FunctionalInterface
    private interface Loader {
        PictureAnswers load(Checkpoint checkpoint, Compute compute);
    }

    private static final Map<String, Loader> BY_TYPE = Map.of(
            "blip", WrittenAnswers::load,
            "vilt", ChosenAnswers::load,
            "llava", ChatAnswers::load,
            "idefics3", ChatAnswers::load,
            "smolvlm", ChatAnswers::load);

    private final PictureAnswers answers;
    private final Supplier<Patience> patience;

    private VisualQuestionAnswerer(PictureAnswers answers, Supplier<Patience> patience) {
        this.answers = answers;
        this.patience = patience;
    }

    /** The model of a checkpoint's folder, on the CPU in float32. */
    public static VisualQuestionAnswerer load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * The model of a checkpoint's folder in the Hugging Face layout.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if a file is missing, damaged or doesn't fit the
     *     others, or the model isn't supported
     * @throws IllegalArgumentException if the checkpoint isn't of a model that answers questions about pictures; the
     *     message names those that do
     */
    public static VisualQuestionAnswerer load(Path folder, Compute compute) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return load(checkpoint, compute);
        }
    }

    /**
     * The model of a checkpoint's folder with an adapter merged into its weights.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException as for {@link #load(Path, Compute)}, or if the adapter was
     *     made for another model
     */
    public static VisualQuestionAnswerer loadMerged(Path folder, PeftAdapter adapter, Compute compute) {
        try (Checkpoint base = Checkpoint.open(folder)) {
            return load(adapter.adapted(base), compute);
        }
    }

    private static VisualQuestionAnswerer load(Checkpoint checkpoint, Compute compute) {
        String type = ModelCatalogue.type(ConfigJson.of(checkpoint));
        Loader loader = BY_TYPE.getOrDefault(type, WrittenAnswers::load); // which refuses it, and says what fits
        return new VisualQuestionAnswerer(loader.load(checkpoint, compute), Patience::endless);
    }

    /**
     * The same model changed by an adapter. Both answerers share the weights, which stay as they are. Closing the one that is
     * returned frees the adapter alone; this one's closing closes both.
     *
     * @throws io.vitrail.transformer.weights.CheckpointException if the adapter was made for another model, or must be
     *     merged ({@link #loadMerged})
     */
    public VisualQuestionAnswerer with(PeftAdapter adapter) {
        return new VisualQuestionAnswerer(answers.with(adapter), patience);
    }

    /**
     * How answers are written: to change them, {@code withOptions(options().toBuilder()….build())}.
     *
     * @throws IllegalArgumentException if the model chooses its answers
     */
    public GenerationOptions options() {
        return answers.options();
    }

    /**
     * The same answerer, which writes otherwise. Closing either closes both.
     *
     * @throws IllegalArgumentException if the model chooses its answers
     */
    public VisualQuestionAnswerer withOptions(GenerationOptions options) {
        return new VisualQuestionAnswerer(answers.withOptions(options), patience);
    }

    /**
     * The same answerer, whose calls answer within a time or not at all. Closing either closes both.
     *
     * @param limit from 1 millisecond to 365 days
     */
    public VisualQuestionAnswerer withDeadline(Duration limit) {
        Patience.of(limit); // an error now, if it is none
        return new VisualQuestionAnswerer(answers, () -> Patience.of(limit));
    }

    /** The best answer to a question. */
    public Answer answer(Image image, String question) {
        return answer(image, List.of(Check.given(question, "question"))).get(0);
    }

    /** The best answer to each of several questions, in their order; none depends on the other questions. */
    public List<Answer> answer(Image image, List<String> questions) {
        return answers(image, questions, 1).stream().map(best -> best.get(0)).toList();
    }

    /**
     * Several answers to each question, best first: of a model that writes, those of beam search with at least as
     * many beams, or as many drawn, if the options say so; of one that chooses, the likeliest of those that it knows.
     *
     * @param most at least 1
     */
    public List<List<Answer>> answers(Image image, List<String> questions, int most) {
        Check.that(most >= 1, "At least 1 answer must be asked for, not %d.", most);
        return answers.answer(image, Check.allGiven(questions, "questions"), most, patience.get());
    }

    /**
     * The best answer to a question, and which parts of the picture its words came from; of a model that looks while it
     * reads (BLIP, ViLT) those of the question, too. {@code HeatOverlay.of(image, word.map())} is such a map over the photo, and
     * {@code new WordPage("photo.jpg", image, explained.words())} a page of all.
     *
     * @throws IllegalArgumentException if it can't be told which patches the model's words take from
     */
    public ExplainedAnswer explain(Image image, String question) {
        return answers.explain(Check.given(image, "image"), Check.given(question, "question"), patience.get());
    }

    /**
     * The given answers, for each question likeliest first: by how probable it is that the model gives that very
     * answer.
     *
     * @throws IllegalArgumentException if the model can't give one: it is blank or too long, or none of those to
     *     choose from; or if it is asked in a chat
     */
    public List<List<Answer>> rank(Image image, List<String> questions, List<String> choices) {
        return answers.rank(
                image, Check.allGiven(questions, "questions"), Check.allGiven(choices, "choices"), patience.get());
    }

    @Override
    public void close() {
        answers.close();
    }
}
