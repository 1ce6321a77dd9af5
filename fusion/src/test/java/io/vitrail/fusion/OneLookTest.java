package io.vitrail.fusion;

import static io.vitrail.fusion.RecordedQuestions.picture;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.CountingOperations;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What many texts about a picture cost: of the vision tower's products no more than one does. */
class OneLookTest {
    private static final Image PHOTO = picture("photo.png");

    private final CountingOperations counting = new CountingOperations(ReadableOperations.INSTANCE);

    private <M extends FusionModel> LoadedFusionModel<M> load(Path folder, Class<M> kind) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            Session<M> session =
                    FusionModels.load(checkpoint, FusionModels.className(checkpoint), kind, counting, Device.cpu());
            return new LoadedFusionModel<>(session, ImageProcessor.load(folder), Tokenizer.load(folder));
        }
    }

    private double cost(Runnable task) {
        double before = counting.floatingOperations();
        task.run();
        return counting.floatingOperations() - before;
    }

    /** What n equal texts cost, n beyond a batch too. */
    private interface Task {
        void run(List<String> texts);
    }

    private void assertOneLook(double look, Task task) {
        double one = cost(() -> task.run(List.of("a cat ?")));
        double each = cost(() -> task.run(Collections.nCopies(2, "a cat ?"))) - one;
        double perBatch = one - each - look; // what the texts of a batch ask of the picture's tokens is computed once
        assertThat(perBatch).isBetween(0.0, look);
        assertThat(cost(() -> task.run(Collections.nCopies(10, "a cat ?")))).isEqualTo(look + perBatch + 10 * each);
        assertThat(cost(() -> task.run(Collections.nCopies(40, "a cat ?")))).isEqualTo(look + 3 * perBatch + 40 * each);
    }

    private <M extends BlipReader> double look(LoadedFusionModel<M> loaded) {
        return cost(() -> SeenPicture.of(loaded, PHOTO, Patience.endless()).close());
    }

    @Test
    void manyQuestionsCostOneLook() {
        try (LoadedFusionModel<BlipAnswerer> loaded = load(RecordedQuestions.ANSWERER, BlipAnswerer.class)) {
            WrittenAnswers answers = new WrittenAnswers(loaded, loaded.model().options());
            assertOneLook(
                    look(loaded),
                    questions -> answers.rank(PHOTO, questions, List.of("yes", "two cats"), Patience.endless()));
        }
    }

    @Test
    void manyTextsToMatchCostOneLook() {
        try (LoadedFusionModel<BlipMatcher> loaded = load(RecordedQuestions.MATCHER, BlipMatcher.class)) {
            BlipMatches matches = new BlipMatches(loaded);
            assertOneLook(look(loaded), texts -> matches.match(PHOTO, texts, Patience.endless()));
        }
    }
}
