package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is null is refused by the argument's name, and the index within a list. */
class NullArgumentsTest {
    private static final Path CLIP = Goldens.folder("clip/quick_gelu");
    private static final Image IMAGE =
            Image.fromFile(Goldens.folder("blip_caption/base").resolve("photo.png"));
    private static final List<String> TEXTS = Arrays.asList("a", null);

    private static void assertNull(String argument, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage("'" + argument + "' is null.");
    }

    private static void assertNullWithin(String argument, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage("'" + argument + "' has null at index 1.");
    }

    @Test
    void ofCaptionersAndReaders() {
        try (ImageCaptioner captioner = ImageCaptioner.load(Goldens.folder("blip_caption/base"));
                TextReader reader = TextReader.load(Goldens.folder("vision_encoder_decoder/vit_gpt2"))) {
            assertNull("image", () -> captioner.caption((Image) null));
            assertNull("image", () -> captioner.caption(null, piece -> {}));
            assertNull("listener", () -> captioner.caption(IMAGE, null));
            assertNull("images", () -> captioner.variants(null));
            assertNull("image", () -> captioner.explain(null));
            assertNull("words", () -> captioner.withPrompt(null));
            assertNull("line", () -> reader.read((Image) null));
            assertNull("lines", () -> reader.read((List<Image>) null));
        }
    }

    @Test
    void ofQuestionsAndMatches() {
        try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(RecordedQuestions.ANSWERER);
                ImageTextMatcher matcher = ImageTextMatcher.load(RecordedQuestions.MATCHER)) {
            assertNull("question", () -> answerer.answer(IMAGE, (String) null));
            assertNullWithin("questions", () -> answerer.answer(IMAGE, TEXTS));
            assertNullWithin("choices", () -> answerer.rank(IMAGE, List.of("a"), TEXTS));
            assertNull("text", () -> matcher.match(IMAGE, (String) null));
            assertNullWithin("texts", () -> matcher.match(IMAGE, TEXTS));
        }
    }

    @Test
    void ofVectorsAndLabels() {
        try (ImageTextEmbedder embedder = ImageTextEmbedder.load(CLIP);
                ZeroShotClassifier classifier = ZeroShotClassifier.load(CLIP, List.of("a", "b"))) {
            assertNull("image", () -> embedder.embedImage(null));
            assertNull("images", () -> embedder.embedImages((List<Image>) null));
            assertNull("text", () -> embedder.embedText(null));
            assertNullWithin("sentences", () -> embedder.embedTexts(TEXTS));
            assertNull("image", () -> classifier.classify((Image) null));
            assertNullWithin("labels", () -> ZeroShotClassifier.load(CLIP, TEXTS));
        }
    }
}
