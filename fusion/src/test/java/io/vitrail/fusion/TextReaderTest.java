package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reader reads; how it shares its model with other callers is the captioner's way. */
@Timeout(300)
class TextReaderTest {
    private static final Path CHECKPOINT = Goldens.folder("vision_encoder_decoder/vit_trocr");
    private static final List<Image> LINES = Stream.of("photo.png", "drawing.png")
            .map(file -> Image.fromFile(CHECKPOINT.resolve(file)))
            .toList();

    @ParameterizedTest
    @ValueSource(strings = {"from_files", "from_files_beam"})
    void textsOfFilesAreTheReferences(String called) {
        GoldenCall call = GoldenCase.read(CHECKPOINT).calls().stream()
                .filter(one -> one.name().equals(called))
                .findFirst()
                .orElseThrow();
        List<String> expected = new ArrayList<>();
        call.json().path("values").path("text").forEach(text -> expected.add(text.asText()));
        try (TextReader own = TextReader.load(CHECKPOINT)) {
            TextReader reader = own.withOptions(own.options().with(new ConfigJson(call.options())));
            assertThat(reader.read(LINES)).extracting(GeneratedText::text).isEqualTo(expected);
            assertThat(reader.read(LINES.stream()).map(GeneratedText::text)).isEqualTo(expected);
            assertThat(reader.batching(1, Duration.ZERO).read(LINES.get(1)).text())
                    .isEqualTo(expected.get(1));
            if (reader.options().beams() == 1) {
                StringBuilder heard = new StringBuilder();
                reader.read(LINES.get(0), heard::append);
                assertThat(heard).hasToString(expected.get(0));
            } else {
                assertThat(reader.withOptions(reader.options().toBuilder()
                                        .returnedSequences(2)
                                        .build())
                                .variants(LINES))
                        .allSatisfy(readings -> assertThat(readings).hasSize(2));
            }
        }
    }

    @Test
    void aDeadlineHoldsForItToo() {
        try (TextReader reader = TextReader.load(CHECKPOINT)) {
            assertThatThrownBy(() -> reader.withDeadline(Duration.ofMillis(1)).read(LINES))
                    .isInstanceOf(CallException.class);
        }
    }

    @Test
    void aModelThatDescribesPicturesIsRefused() {
        Path captioner = Goldens.folder("blip_caption/base");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextReader.load(captioner))
                .withMessage(
                        "This checkpoint is of BlipForConditionalGeneration, model type 'blip', which isn't for reading"
                                + " lines of text.\n  file: "
                                + captioner.resolve("config.json")
                                + "\n  try:  a VisionEncoderDecoderModel such as microsoft/trocr-base-printed"
                                + "\n  here: It serves the command caption.");
    }
}
