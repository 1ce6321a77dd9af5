package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.Embedding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures and texts as vectors of one space, equal to the reference's. */
@Timeout(300)
class ImageTextEmbedderTest {
    private static final String CLIP = "clip/quick_gelu";
    private static final String SIGLIP = "siglip/base";
    private static final List<String> CAPTIONS = List.of("a cat on the table", "two dogs are running in the park");

    private static void assertAlike(List<Embedding> actual, JsonNode expected) {
        assertThat(actual).hasSize(expected.size());
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).values()).containsExactly(Recorded.vector(expected.path(i)), within(1e-5f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIP, SIGLIP})
    void vectorsAreTheReferencesAndComparable(String name) {
        JsonNode expected = Recorded.of(name);
        try (ImageTextEmbedder embedder = Recorded.embedder(name)) {
            List<Embedding> images = embedder.embedImages(Recorded.pictures(name));
            assertAlike(images, expected.path("images"));
            assertAlike(embedder.embedImages(Recorded.pictures(name).stream()).toList(), expected.path("images"));
            assertAlike(embedder.embedTexts(CAPTIONS), expected.path("captions"));
            Embedding alone = embedder.embedText(CAPTIONS.get(1)); // shorter rows than beside others
            assertThat(alone.values())
                    .containsExactly(Recorded.vector(expected.path("captions").path(1)), within(1e-5f));
            assertThat(embedder.embedImage(Recorded.pictures(name).get(0)).cosine(alone))
                    .isBetween(-1.0, 1.0);
        }
    }

    @Test
    void textsOfManyThreadsAndLengthsKeepTheirVectors() throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            texts.add("a cat " + "on the table ".repeat(i % 3));
        }
        try (ImageTextEmbedder embedder = Recorded.embedder(CLIP)) {
            List<Embedding> expected = texts.stream().map(embedder::embedText).toList();
            ImageTextEmbedder sharing = embedder.batching(8, Duration.ofMillis(1));
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Callable<Embedding>> calls = new ArrayList<>();
                texts.forEach(text -> calls.add(() -> sharing.embedText(text)));
                List<Future<Embedding>> together = threads.invokeAll(calls);
                List<Embedding> atOnce = embedder.embedTexts(texts);
                for (int i = 0; i < texts.size(); i++) {
                    float[] alone = expected.get(i).values();
                    assertThat(together.get(i).get().values()).containsExactly(alone, within(1e-5f));
                    assertThat(atOnce.get(i).values()).containsExactly(alone, within(1e-5f));
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIP, SIGLIP})
    void longTextsAreCut(String name) {
        String endless = "a cat on the table ".repeat(30);
        try (ImageTextEmbedder embedder = Recorded.embedder(name)) {
            assertThat(embedder.embedText(endless).values())
                    .containsExactly(embedder.embedText(endless + "and a dog").values(), within(1e-6f));
            assertThat(embedder.embedTexts(List.of())).isEmpty();
        }
    }

    @Test
    void callsEndWhenTheirTimeIsOverOrTheModelIsClosed() {
        ImageTextEmbedder embedder = Recorded.embedder(CLIP);
        assertThatIllegalArgumentException().isThrownBy(() -> embedder.withDeadline(Duration.ZERO));
        assertThat(embedder.withDeadline(Duration.ofMinutes(2))
                        .embedText("a cat")
                        .values())
                .hasSize(24);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> embedder.embedText("a cat")).isInstanceOf(CallException.class);
        assertThat(Thread.interrupted()).isTrue();
        embedder.close();
        assertThatThrownBy(() -> embedder.embedImages(Recorded.pictures(CLIP))).isInstanceOf(CallException.class);
    }
}
