package io.vitrail.fusion;

import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.vit.image.Image;
import java.util.List;

/** How one kind of model answers questions about pictures: a writer finds words, a classifier chooses. Thread-safe. */
interface PictureAnswers extends AutoCloseable {
    /** By question, up to so many answers, best first. The picture goes through the vision tower once. */
    List<List<Answer>> answer(Image image, List<String> questions, int most, Patience patience);

    /** By question, the given answers, likeliest first. */
    List<List<Answer>> rank(Image image, List<String> questions, List<String> answers, Patience patience);

    /**
     * The best answer, and where its words came from.
     *
     * @throws IllegalArgumentException if that can't be told of the model
     */
    ExplainedAnswer explain(Image image, String question, Patience patience);

    /**
     * How answers are written.
     *
     * @throws IllegalArgumentException if they are chosen
     */
    GenerationOptions options();

    /** The same model changed by an adapter. Closing it frees the adapter alone. */
    PictureAnswers with(PeftAdapter adapter);

    /** The same, with answers written otherwise; it shares the model. */
    PictureAnswers withOptions(GenerationOptions options);

    @Override
    void close();
}
