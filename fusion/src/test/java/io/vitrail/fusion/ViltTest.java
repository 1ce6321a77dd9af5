package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.TextInput;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.Session.Work;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.PaddedPictures;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Pictures of any size beside texts, and what ViLT refuses; that it equals the reference is for the golden cases. */
class ViltTest {
    private static final String ANSWERS = "ViltForQuestionAnswering";
    private static final long[][] TEXT = {{7, 12, 9, 30}};

    private static void with(String name, String className, Work<Vilt, Void> work) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder("vilt/" + name));
                Session<Vilt> session = FusionModels.load(
                        checkpoint, className, Vilt.class, ReadableOperations.INSTANCE, Device.cpu())) {
            session.run(work);
        }
    }

    private static NDArray pixels(NDManager manager, int height, int width) {
        float[] values = new float[3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.cos(0.7 * (i % 191));
        }
        return manager.create(values, new Shape(1, 3, height, width));
    }

    @Test
    void whatAPictureIsPaddedWithChangesNothing() {
        with("answers", ANSWERS, (model, scope, pass) -> {
            TextInput text = TextInput.of(scope.create(TEXT));
            NDArray picture = pixels(scope, 15, 20);
            NDArray below = picture.concat(scope.full(new Shape(1, 3, 7, 20), 9), 2);
            NDArray padded = below.concat(scope.full(new Shape(1, 3, 22, 13), -8), 3); // 22 × 33
            NDArray real = scope.zeros(new Shape(1, 22, 33));
            real.set(new NDIndex(":, :15, :20"), 1);
            float[] alone = model.scores(text, List.of(PaddedPictures.of(picture)), pass)
                    .toFloatArray();
            float[] among = model.scores(text, List.of(PaddedPictures.of(padded, real)), pass)
                    .toFloatArray();
            assertThat(among).hasSize(5).containsExactly(alone, within(1e-5f));
            float[] unmasked =
                    model.scores(text, List.of(PaddedPictures.of(padded)), pass).toFloatArray();
            assertThat(unmasked[0]).isNotCloseTo(alone[0], within(1e-3f));
            return null;
        });
    }

    @Test
    void aModelTellsWhatItReadsAndAnswers() {
        with("answers", ANSWERS, (model, scope, pass) -> {
            assertThat(model.labels()).containsExactly("answer 0", "answer 1", "answer 2", "answer 3", "answer 4");
            assertThat(model.maxTokens()).isEqualTo(11);
            assertThat(model.pictures()).isEqualTo(1);
            assertThat(model.forward(pixels(scope, 10, 25), pass).getShape()).isEqualTo(new Shape(1, 1 + 2 * 5, 24));
            return null;
        });
        with("pairs", "ViltForImagesAndTextClassification", (model, scope, pass) -> {
            assertThat(model.pictures()).isEqualTo(2);
            TextInput text = TextInput.of(scope.create(TEXT));
            PaddedPictures picture = PaddedPictures.of(pixels(scope, 20, 20));
            assertThat(model.scores(text, List.of(picture, picture), pass).getShape())
                    .isEqualTo(new Shape(1, 4));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.scores(text, List.of(picture), pass))
                    .withMessage("This model needs 2 pictures for each text, not 1.");
            return null;
        });
    }

    @Test
    void textsAndPicturesThatDoNotFitAreRefused() {
        with("answers", ANSWERS, (model, scope, pass) -> {
            List<PaddedPictures> picture = List.of(PaddedPictures.of(pixels(scope, 20, 20)));
            TextInput two = TextInput.of(scope.create(new long[][] {{7, 12}, {9, 30}}));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.scores(two, picture, pass))
                    .withMessageStartingWith("Tokens of shapes (2, 2, 24) and (1, 17, 24) can't make one stream");
            TextInput twelve = TextInput.of(scope.create(new long[12], new Shape(1, 12)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.scores(twelve, picture, pass))
                    .withMessage("A sequence of 12 tokens is longer than the 11 positions.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PaddedPictures.of(pixels(scope, 3, 20), scope.ones(new Shape(1, 20, 3))))
                    .withMessage(
                            "The pixel mask must be [batch, imageHeight, imageWidth] = (1, 3, 20), not (1, 20, 3).");
            TextInput text = TextInput.of(scope.create(TEXT));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.scores(text, List.of(PaddedPictures.of(pixels(scope, 4, 20))), pass))
                    .withMessage("A picture of 4 × 20 pixels is smaller than one patch of 5 × 5.");
            return null;
        });
    }

    @Test
    void masksOfPixelsAreChecked() {
        with("answers", ANSWERS, (model, scope, pass) -> {
            NDArray pixels = pixels(scope, 10, 15);
            NDArray nothing = scope.zeros(new Shape(1, 10, 15));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> scores(model, pixels, nothing, pass))
                    .withMessage("The pixel mask hides all patches at the left or at the top of picture 0.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> scores(model, pixels, nothing.add(2), pass))
                    .withMessage("The pixel mask must hold 0 and 1 only, not 2.0.");
            return null;
        });
    }

    private static NDArray scores(Vilt model, NDArray pixels, NDArray real, Pass pass) {
        TextInput text = TextInput.of(pixels.getManager().create(TEXT));
        return model.scores(text, List.of(PaddedPictures.of(pixels, real)), pass);
    }

    @Test
    void configsThatCannotBeAreRefused() {
        assertRefused(
                FusionTask.CLASSIFICATION,
                json -> json.put("num_images", -1),
                "config.json: num_images (-1) must be from 1 to 1000 where a text has several pictures.");
        assertRefused(
                FusionTask.CLASSIFICATION,
                json -> json.put("num_images", 2),
                "config.json: modality_type_vocab_size (2) must be more than the 2 pictures of a text.");
        assertRefused(
                FusionTask.FEATURES,
                json -> json.put("position_embedding_type", "relative_key"),
                "config.json: position_embedding_type 'relative_key' is not supported for ViLT; supported: absolute.");
    }

    private static void assertRefused(FusionTask task, Consumer<ObjectNode> change, String message) {
        ObjectNode json =
                (ObjectNode) JsonFile.read(Goldens.folder("vilt/answers").resolve("config.json"));
        change.accept(json);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Vilt.of(new ConfigJson(json), task))
                .withMessage(message);
    }
}
