package io.vitrail.text;

import io.vitrail.text.tokenizer.TokenizerInput;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.AdaptedTask;
import io.vitrail.transformer.lora.Adapters;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several adapters share the model of a task on text, and each answers as if it were merged. */
class AdaptedTasksTest {
    private static final String TEXT = "the cat is on the table";
    private static final TokenClassifier.Options EACH_TOKEN =
            new TokenClassifier.Options(Aggregation.NONE, List.of(), OptionalInt.empty());

    @TempDir
    private Path folder;

    static Stream<AdaptedTask<?>> tasks() {
        return Stream.of(classifier(), fillMask(), tokenClassifier(), answerer(), embedder(), textToText());
    }

    private static AdaptedTask<TextClassifier> classifier() {
        return new AdaptedTask<>(
                Goldens.task("moods"),
                "query",
                TextClassifier::load,
                (base, peft) -> TextClassifier.loadMerged(base, peft, TextClassifier.Options.DEFAULT, Compute.DEFAULT),
                TextClassifier::with,
                task -> task.classify(List.of(TokenizerInput.of(TEXT))).get(0).labels().stream()
                        .flatMapToDouble(label -> DoubleStream.of(label.index(), label.score()))
                        .toArray(),
                TextClassifier::close);
    }

    private static AdaptedTask<FillMask> fillMask() {
        return new AdaptedTask<>(
                Goldens.task("bert_words"),
                "query",
                FillMask::load,
                (base, peft) -> FillMask.loadMerged(base, peft, FillMask.Options.DEFAULT, Compute.DEFAULT),
                FillMask::with,
                task -> task.fill("the " + task.mask() + " is on the table").get(0).stream()
                        .flatMapToDouble(guess -> DoubleStream.of(guess.id(), guess.score()))
                        .toArray(),
                FillMask::close);
    }

    private static AdaptedTask<TokenClassifier> tokenClassifier() {
        return new AdaptedTask<>(
                Goldens.task("bert_entities"),
                "value",
                base -> TokenClassifier.load(base, EACH_TOKEN, Compute.DEFAULT),
                (base, peft) -> TokenClassifier.loadMerged(base, peft, EACH_TOKEN, Compute.DEFAULT),
                TokenClassifier::with,
                task -> task.classify(TEXT).stream().mapToDouble(Entity::score).toArray(),
                TokenClassifier::close);
    }

    private static AdaptedTask<QuestionAnswerer> answerer() {
        return new AdaptedTask<>(
                Goldens.task("bert_answers"),
                "output.dense",
                QuestionAnswerer::load,
                (base, peft) ->
                        QuestionAnswerer.loadMerged(base, peft, QuestionAnswerer.Options.DEFAULT, Compute.DEFAULT),
                QuestionAnswerer::with,
                task -> task.answer("where is the cat", TEXT).stream()
                        .flatMapToDouble(answer -> DoubleStream.of(answer.start(), answer.score()))
                        .toArray(),
                QuestionAnswerer::close);
    }

    private static AdaptedTask<TextEmbedder> embedder() {
        return new AdaptedTask<>(
                Goldens.task("vectors"),
                "key",
                TextEmbedder::load,
                (base, peft) -> TextEmbedder.loadMerged(base, peft, TextEmbedder.Options.DEFAULT, Compute.DEFAULT),
                TextEmbedder::with,
                task -> doubles(task.embed(TEXT).values()),
                TextEmbedder::close);
    }

    private static AdaptedTask<TextToText> textToText() {
        return new AdaptedTask<>(
                Goldens.task("translations"),
                "_proj",
                TextToText::load,
                (base, peft) -> TextToText.loadMerged(base, peft, Compute.DEFAULT),
                TextToText::with,
                task -> Arrays.stream(task.generate(TEXT).sequence().ids())
                        .asDoubleStream()
                        .toArray(),
                TextToText::close);
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void eachAdapterAnswersAsIfItWereMerged(AdaptedTask<?> task) {
        task.checkSharing(folder);
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void anAdapterOfAnotherModelIsRefused(AdaptedTask<?> task) {
        task.checkRefusal(Adapters.of(Goldens.folder("distilbert/model"), "q_lin", 1, folder));
    }
}
