package io.vitrail.fusion;

import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import java.util.List;

/** Answers of a model that talks about pictures: each question opens a chat of its own. */
record ChatAnswers(VisionChat chat) implements PictureAnswers {
    /** Most tokens of an answer where nothing else is asked for: a chat's own may be an essay. */
    private static final int USUAL_TOKENS = 64;

    /** Loads a checkpoint as {@link VisionChat#load} does; answers are greedy and short, whatever its chats are. */
    static ChatAnswers load(Checkpoint checkpoint, Compute compute) {
        VisionChat chat = VisionChat.load(checkpoint, compute);
        return new ChatAnswers(chat.withOptions(chat.options().toBuilder()
                .sample(false)
                .beams(1)
                .maxNewTokens(USUAL_TOKENS)
                .build()));
    }

    @Override
    public List<List<Answer>> answer(Image image, List<String> questions, int most, Patience patience) {
        Check.that(image != null, "The picture is missing (null).");
        List<String> asked = questions.stream()
                .map(question -> TextBatch.present(question, "question"))
                .toList();
        return chat.withOptions(WrittenAnswers.several(chat.options(), most)).replies(image, asked, patience).stream()
                .map(texts -> texts.stream().map(WrittenAnswers::answer).toList())
                .toList();
    }

    @Override
    public List<List<Answer>> rank(Image image, List<String> questions, List<String> answers, Patience patience) {
        throw new IllegalArgumentException(
                "This model is asked in a chat, and doesn't weigh given answers.\n  try:  name the choices in the"
                        + " question, or a model such as Salesforce/blip-vqa-base.");
    }

    @Override
    public ExplainedAnswer explain(Image image, String question, Patience patience) {
        List<String> asked = List.of(TextBatch.present(question, "question"));
        VisionChat one = chat.withOptions(WrittenAnswers.several(chat.options(), 1));
        GeneratedText text = one.replies(image, asked, patience).get(0).get(0);
        return new ExplainedAnswer(
                WrittenAnswers.answer(text), List.of(), one.sources(image, question, text, patience));
    }

    @Override
    public GenerationOptions options() {
        return chat.options();
    }

    @Override
    public ChatAnswers with(PeftAdapter adapter) {
        return new ChatAnswers(chat.with(adapter));
    }

    @Override
    public ChatAnswers withOptions(GenerationOptions options) {
        return new ChatAnswers(chat.withOptions(options));
    }

    @Override
    public void close() {
        chat.close();
    }
}
