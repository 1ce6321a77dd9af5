package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.Caller;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A captioner that many threads share, and what it leaves behind. */
@Timeout(300)
class CaptionCallersTest {
    private static final int CALLERS = 8;
    private static final Path CHECKPOINT = Goldens.folder("blip_caption/base");
    private static final List<Image> IMAGES = Stream.of("photo.png", "drawing.png")
            .map(file -> Image.fromFile(CHECKPOINT.resolve(file)))
            .toList();

    private ImageCaptioner captioner;
    private List<String> alone;

    @BeforeEach
    void captionAlone() {
        captioner = load(Compute.DEFAULT);
        alone = IMAGES.stream().map(image -> captioner.caption(image).text()).toList();
        assertThat(alone).doesNotHaveDuplicates();
    }

    private static ImageCaptioner load(Compute compute) {
        ImageCaptioner own = ImageCaptioner.load(CHECKPOINT, compute);
        return own.withOptions(
                own.options().toBuilder().beams(3).maxNewTokens(9).build());
    }

    @AfterEach
    void close() {
        captioner.close();
    }

    private void assertAgreed(ImageCaptioner shared) {
        List<Caller<List<String>>> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller -> Caller.start(() -> IntStream.range(caller, caller + 4)
                        .mapToObj(i -> shared.caption(IMAGES.get(i % 2)).text())
                        .toList()))
                .toList();
        for (int caller = 0; caller < CALLERS; caller++) {
            assertThat(callers.get(caller).answer())
                    .isEqualTo(IntStream.range(caller, caller + 4)
                            .mapToObj(i -> alone.get(i % 2))
                            .toList());
        }
    }

    @Test
    void eightThreadsAgreeWithOne() {
        assertAgreed(captioner);
        assertAgreed(captioner.batching(CALLERS, Duration.ofMillis(1)));
        try (ImageCaptioner parallel = load(Compute.DEFAULT.withPasses(4))) {
            assertAgreed(parallel.batching(2, Duration.ZERO));
        }
    }

    @Test
    void picturesOfSeveralCallersGoTogether() {
        ImageCaptioner together = captioner.batching(3, Duration.ofSeconds(60));
        Caller<GeneratedText> one = Caller.startWaiting(() -> together.caption(IMAGES.get(0)));
        Caller<GeneratedText> another = Caller.startWaiting(
                () -> together.withDeadline(Duration.ofSeconds(50)).caption(IMAGES.get(1)));
        assertThat(together.caption(IMAGES.get(1)).text()).isEqualTo(alone.get(1)); // three: nobody waits any longer
        assertThat(one.answer().text()).isEqualTo(alone.get(0));
        assertThat(another.answer().text()).isEqualTo(alone.get(1));
    }

    @Test
    void otherOptionsAndPromptsKeepTheGatheringAndTheDeadline() {
        ImageCaptioner changed = captioner
                .batching(2, Duration.ofSeconds(60))
                .withDeadline(Duration.ofMillis(200))
                .withOptions(captioner.options())
                .withPrompt("a dog");
        assertThatThrownBy(() -> changed.caption(IMAGES.get(0))) // waits for a second caller
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.reason()).isEqualTo(CallException.Reason.TOO_LATE));
    }

    @Test
    void callsEndWithTheirPatienceAndTheCaptioner() {
        assertThatIllegalArgumentException().isThrownBy(() -> captioner.withDeadline(Duration.ZERO));
        ImageCaptioner hurried = captioner.withDeadline(Duration.ofMillis(1));
        assertThatThrownBy(() -> hurried.caption(IMAGES)).isInstanceOf(CallException.class);
        ImageCaptioner heard =
                hurried.withOptions(captioner.options().toBuilder().beams(1).build());
        assertThatThrownBy(() -> heard.caption(IMAGES.get(0), piece -> {})).isInstanceOf(CallException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> captioner.caption(IMAGES.get(0))).isInstanceOf(CallException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(captioner.caption(IMAGES.get(0)).text()).isEqualTo(alone.get(0));
        captioner.close();
        assertThatThrownBy(() -> captioner.caption(IMAGES.get(0))).isInstanceOf(IllegalStateException.class);
        captioner.close();
    }

    @Test
    void callsAndErrorsLeaveNoArraysBehind() {
        captioner.close();
        Set<String> before = NativeMemory.arrays();
        try (ImageCaptioner own = load(Compute.DEFAULT)) {
            own.caption(IMAGES);
            Set<String> loaded = NativeMemory.arrays();
            ImageCaptioner greedy =
                    own.withOptions(own.options().toBuilder().beams(1).build());
            for (int i = 0; i < 3; i++) {
                own.caption(IMAGES);
                own.batching(2, Duration.ZERO).caption(IMAGES);
                assertThatThrownBy(() -> own.withDeadline(Duration.ofMillis(1)).caption(IMAGES))
                        .isInstanceOf(CallException.class);
                assertThatThrownBy(() -> greedy.caption(IMAGES.get(0), piece -> {
                            throw new IllegalStateException("enough");
                        }))
                        .hasMessage("enough");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> own.withPrompt("a ".repeat(600)).caption(IMAGES));
            }
            assertThat(NativeMemory.arrays()).isSubsetOf(loaded);
        }
        assertThat(NativeMemory.arrays()).isSubsetOf(before);
        assertThatIllegalArgumentException().isThrownBy(() -> TextReader.load(CHECKPOINT)); // after it was loaded
        assertThat(NativeMemory.arrays()).isSubsetOf(before);
    }
}
