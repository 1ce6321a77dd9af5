package io.vitrail.fusion;

import io.vitrail.fusion.VisualQuestionAnswerer.Answer;
import io.vitrail.text.TextInput;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Answers that a classifier chooses among those that it has learned. Several may be right: each is judged by itself.
 */
record ChosenAnswers(LoadedFusionModel<Vilt> loaded) implements PictureAnswers {
    /** Loads a checkpoint as {@link LoadedFusionModel#load} does. */
    static ChosenAnswers load(Checkpoint checkpoint, Compute compute) {
        return new ChosenAnswers(
                LoadedFusionModel.load(checkpoint, WrittenAnswers.TASKS, WrittenAnswers.PURPOSE, Vilt.class, compute));
    }

    @Override
    public List<List<Answer>> answer(Image image, List<String> questions, int most, Patience patience) {
        return scores(image, questions, patience).stream()
                .map(scores -> best(scores, IntStream.range(0, scores.length))
                        .limit(most)
                        .toList())
                .toList();
    }

    @Override
    public List<List<Answer>> rank(Image image, List<String> questions, List<String> answers, Patience patience) {
        List<String> labels = loaded.model().labels();
        Check.that(!answers.isEmpty(), "There is no answer to choose from.");
        for (String answer : answers) {
            Check.that(
                    labels.contains(answer),
                    "This model knows %d answers, and '%s' is none of them.%n  try:  those of id2label in config.json.",
                    labels.size(),
                    answer);
        }
        return scores(image, questions, patience).stream()
                .map(scores ->
                        best(scores, answers.stream().mapToInt(labels::indexOf)).toList())
                .toList();
    }

    private List<float[]> scores(Image image, List<String> questions, Patience patience) {
        return ViltScores.of(loaded, image, questions, "question", patience);
    }

    private Stream<Answer> best(float[] scores, IntStream indices) {
        return indices.boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .map(i -> answer(loaded.model().labels().get(i), scores[i]));
    }

    private static Answer answer(String label, double score) {
        double odds = Math.exp(-score);
        return new Answer(label, 1 / (1 + odds), -Math.log1p(odds));
    }

    @Override
    public ExplainedAnswer explain(Image image, String question, Patience patience) {
        Answer best = answer(image, List.of(question), 1, patience).get(0).get(0);
        int most = loaded.model().maxTokens();
        TextBatch asked = TextBatch.of(List.of(question), loaded.tokenizer(), "question", most)
                .get(0);
        WordSources.Looked looked = WordSources.look(loaded, image, patience, (model, picture, pass) -> {
            TextInput read = asked.input(picture.pixels().getManager());
            return List.of(model.taken(picture, read, pass));
        });
        return new ExplainedAnswer(best, looked.framed(0, asked.ids()[0]), List.of(looked.whole(0, best.text())));
    }

    @Override
    public GenerationOptions options() {
        throw new IllegalArgumentException("This model chooses its answers and writes none, so there are no options.");
    }

    @Override
    public ChosenAnswers with(PeftAdapter adapter) {
        return new ChosenAnswers(loaded.with(adapter));
    }

    @Override
    public PictureAnswers withOptions(GenerationOptions options) {
        throw new IllegalArgumentException("This model chooses its answers and writes none, so it takes no options.");
    }

    @Override
    public void close() {
        loaded.close();
    }
}
