package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextToText;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.Seeds;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to a model that copies. */
class TransformerTrainingTest {
    @TempDir
    private Path folder;

    private static List<TransformerTraining.Step> train(TransformerRecipe recipe, TextPairs pairs, Path folder) {
        List<TransformerTraining.Step> steps = new ArrayList<>();
        new TransformerTraining(TinyTransformer.LETTERS, recipe).run(pairs, folder, steps::add);
        return steps;
    }

    @Test
    void aTrainedTransformerCopiesWordsThatItHasNotSeen() {
        train(TinyTransformer.recipe(300, 64, 2), TinyTransformer::copy, folder);
        List<String> words = IntStream.range(0, 200)
                .mapToObj(i -> TinyTransformer.copy(Seeds.random(99, 0, i)).source())
                .toList();
        try (TextToText transformer = TextToText.load(folder)) {
            List<String> copies = transformer.generate(words).stream()
                    .map(GeneratedText::text)
                    .toList();
            long right = IntStream.range(0, words.size())
                    .filter(i -> words.get(i).equals(copies.get(i)))
                    .count();
            assertThat(right).isGreaterThan(190);
        }
    }

    @Test
    void theSameSeedGivesTheSameModel() throws IOException {
        TransformerRecipe recipe = TinyTransformer.recipe(4, 8, 2);
        List<TransformerTraining.Step> steps = train(recipe, TinyTransformer::copy, folder.resolve("first"));
        assertThat(steps).extracting(TransformerTraining.Step::number).containsExactly(1, 2, 3, 4);
        assertThat(steps).extracting(TransformerTraining.Step::rate).isSorted();
        assertThat(train(recipe, TinyTransformer::copy, folder.resolve("second")))
                .isEqualTo(steps);
        assertThat(weights("second")).isEqualTo(weights("first"));
        train(TinyTransformer.recipe(4, 8, 3), TinyTransformer::copy, folder.resolve("third"));
        assertThat(weights("third")).isNotEqualTo(weights("first"));
    }

    @Test
    void whatTheRecipeSaysTakesEffect() throws IOException {
        TransformerRecipe recipe = TinyTransformer.recipe(3, 4, 2);
        List<TransformerTraining.Step> steps = train(recipe, TinyTransformer::copy, folder.resolve("usual"));
        Schedule.Noam schedule = recipe.schedule();
        assertThat(steps)
                .extracting(TransformerTraining.Step::rate)
                .containsExactly(schedule.rate(0), schedule.rate(1), schedule.rate(2));
        Schedule.Noam faster = new Schedule.Noam(1, schedule.width(), schedule.warmup());
        List<TransformerRecipe> others = List.of(
                changed(recipe, faster, recipe.dropout(), recipe.smoothing(), recipe.averageDecay()),
                changed(recipe, schedule, 0, recipe.smoothing(), recipe.averageDecay()),
                changed(recipe, schedule, recipe.dropout(), 0, recipe.averageDecay()),
                changed(recipe, schedule, recipe.dropout(), recipe.smoothing(), 0));
        for (TransformerRecipe other : others) {
            train(other, TinyTransformer::copy, folder.resolve("other"));
            assertThat(weights("other")).as("%s", other).isNotEqualTo(weights("usual"));
        }
    }

    private static TransformerRecipe changed(
            TransformerRecipe recipe, Schedule.Noam schedule, float dropout, float smoothing, double averageDecay) {
        return new TransformerRecipe(
                recipe.layers(),
                recipe.maxTokens(),
                recipe.steps(),
                recipe.batch(),
                schedule,
                dropout,
                smoothing,
                averageDecay,
                recipe.seed());
    }

    private byte[] weights(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("model.safetensors"));
    }

    @Test
    void stepsLeaveNothingBehind() {
        List<Integer> alive = new ArrayList<>();
        new TransformerTraining(TinyTransformer.LETTERS, TinyTransformer.recipe(6, 8, 2))
                .run(
                        TinyTransformer::copy,
                        folder,
                        step -> alive.add(NativeMemory.arrays().size()));
        assertThat(alive.subList(2, 6)).containsOnly(alive.get(1));
        assertThat(NativeMemory.arrays().size()).isLessThan(alive.get(0));
    }

    @Test
    void textsThatTheModelCannotHoldAreRefused() {
        TransformerRecipe recipe = TinyTransformer.recipe(1, 2, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> train(recipe, random -> new TextPair("abcdabcdabcd", "a"), folder))
                .withMessage("A sequence of 13 tokens is longer than the 12 positions.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> train(recipe, random -> new TextPair("ab", "az"), folder))
                .withMessage("The text 'az' has a character that isn't among the model's.");
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("taken"));
        assertThatThrownBy(() -> train(TinyTransformer.recipe(1, 2, 2), TinyTransformer::copy, file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Cannot write the model: ")
                .hasMessageContaining(file.toString());
    }
}
