package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Captions by models whose text stands in one stream with the picture. */
@Timeout(300)
class OtherCaptionersTest {
    private static final Path GIT = Goldens.folder("git/base");
    private static final Path BLIP2 = Goldens.folder("blip2/opt");
    private static final Path LLAVA = Goldens.folder("llava/base");

    private static List<Image> images(Path checkpoint) {
        return Stream.of("photo.png", "drawing.png")
                .map(file -> Image.fromFile(checkpoint.resolve(file)))
                .toList();
    }

    private static GoldenCall fromFiles(Path checkpoint) {
        return GoldenCase.read(checkpoint).calls().stream()
                .filter(call -> call.name().equals("from_files"))
                .findFirst()
                .orElseThrow();
    }

    private static String text(GoldenCall call, int picture) {
        return call.json().path("values").path("text").path(picture).asText();
    }

    private static ImageCaptioner load(Path checkpoint) {
        ImageCaptioner own = ImageCaptioner.load(checkpoint);
        return own.withOptions(
                own.options().with(new ConfigJson(fromFiles(checkpoint).options())));
    }

    @Test
    void gitsCaptionsAreTheReferences() {
        GoldenCall call = fromFiles(GIT);
        try (ImageCaptioner captioner = load(GIT)) {
            assertThat(captioner.caption(images(GIT)))
                    .extracting(GeneratedText::text)
                    .containsExactly(text(call, 0), text(call, 1));
            String begun = captioner
                    .withPrompt("what is on the table?")
                    .caption(images(GIT).get(0))
                    .text();
            assertThat(begun).startsWith("what is on the table?").hasSizeGreaterThan(22);
        }
    }

    @Test
    void blip2sCaptionsBehindPromptsAreTheReferences() {
        List<String> prompts = List.of("question : what is on the table ? answer :", "a photo of");
        GoldenCall call = fromFiles(BLIP2);
        try (ImageCaptioner captioner = load(BLIP2)) {
            for (int i = 0; i < 2; i++) {
                ImageCaptioner prompted = captioner.withPrompt(prompts.get(i));
                Image image = images(BLIP2).get(i);
                assertThat(prompted.caption(image).text()).isEqualTo(text(call, i));
                assertThat(prompted.batching(2, Duration.ZERO)
                                .caption(List.of(image, image))
                                .get(1)
                                .text())
                        .isEqualTo(text(call, i));
                StringBuilder heard = new StringBuilder();
                prompted.caption(image, heard::append);
                assertThat(heard).hasToString(text(call, i));
            }
            assertThat(captioner.caption(images(BLIP2)))
                    .extracting(GeneratedText::text)
                    .doesNotContain("")
                    .hasSize(2);
        }
    }

    @Test
    void llavaWantsAPromptWithAPlaceForThePicture() {
        GoldenCall call = fromFiles(LLAVA);
        try (ImageCaptioner captioner = load(LLAVA)) {
            assertThat(captioner
                            .withPrompt("USER: <image>\ndescribe this image . ASSISTANT:")
                            .caption(images(LLAVA).get(1))
                            .text())
                    .isEqualTo(text(call, 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> captioner.caption(images(LLAVA)))
                    .withMessageContaining("The prompt has 0 places for pictures (<image>)");
        }
    }
}
