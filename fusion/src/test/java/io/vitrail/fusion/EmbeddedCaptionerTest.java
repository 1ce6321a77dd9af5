package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.Caller;
import io.vitrail.vit.EmbeddedCheckpoint;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The embedded captioner's files, and whether it says the same again. */
@Timeout(300)
class EmbeddedCaptionerTest {
    private static final int CALLERS = 8;
    private static final long MEGABYTE = 1_000_000;
    private static final List<Image> IMAGES = Stream.of("photo.png", "drawing.png")
            .map(file -> Image.fromFile(Goldens.folder("blip_caption/base").resolve(file)))
            .toList();

    private static List<GeneratedText> captions() {
        try (ImageCaptioner captioner = ImageCaptioner.embedded()) {
            return IMAGES.stream().map(captioner::caption).toList();
        }
    }

    @Test
    void itSaysTheSameEachTimeItIsLoaded() {
        List<GeneratedText> once = captions();
        List<GeneratedText> again = captions();
        for (int i = 0; i < IMAGES.size(); i++) {
            assertThat(again.get(i).text()).isEqualTo(once.get(i).text()).contains(" ");
            assertThat(again.get(i).meanLogProbability())
                    .isEqualTo(once.get(i).meanLogProbability())
                    .isNegative();
        }
        assertThat(once.get(0).text()).isNotEqualTo(once.get(1).text());
    }

    @Test
    void severalThreadsAndBatchesSayWhatOneSays() {
        List<GeneratedText> alone = captions();
        try (ImageCaptioner captioner = ImageCaptioner.embedded()) {
            assertAgreed(captioner, alone);
            assertAgreed(captioner.batching(CALLERS, Duration.ofMillis(1)), alone);
            assertSame(captioner.caption(IMAGES), alone);
        }
    }

    private static void assertAgreed(ImageCaptioner shared, List<GeneratedText> alone) {
        List<Caller<List<GeneratedText>>> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller ->
                        Caller.start(() -> IMAGES.stream().map(shared::caption).toList()))
                .toList();
        callers.forEach(caller -> assertSame(caller.answer(), alone));
    }

    private static void assertSame(List<GeneratedText> captions, List<GeneratedText> expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(captions.get(i).text()).isEqualTo(expected.get(i).text());
            assertThat(captions.get(i).meanLogProbability())
                    .isCloseTo(expected.get(i).meanLogProbability(), within(1e-4));
        }
    }

    @Test
    void itsOwnFilesAreUnder5MegabytesAndWithItsBackboneUnder12() throws IOException {
        try (EmbeddedCheckpoint files = EmbeddedCaptioner.unpack();
                Stream<Path> all = Files.list(files.folder())) {
            List<Path> list = all.toList();
            long backbone = size(files.folder().resolve("backbone.safetensors"));
            long whole = list.stream().mapToLong(EmbeddedCaptionerTest::size).sum();
            assertThat(whole - backbone).isLessThan(5 * MEGABYTE);
            assertThat(whole).isLessThan(12 * MEGABYTE);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
