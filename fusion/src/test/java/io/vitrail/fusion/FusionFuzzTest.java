package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Mutants;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damaged configs beside sound weights, of each family: a task that answers, or an error of this library. */
@Timeout(300)
class FusionFuzzTest {
    private static final int ROUNDS = Mutants.count(60);

    private enum Task {
        CAPTION {
            @Override
            void run(Path folder, Image image) {
                try (ImageCaptioner captioner = ImageCaptioner.load(folder)) {
                    brief(captioner).caption(image);
                }
            }
        },
        CONTINUE {
            @Override
            void run(Path folder, Image image) {
                try (ImageCaptioner captioner = ImageCaptioner.load(folder)) {
                    brief(captioner).withPrompt("<image> a cat").caption(image);
                }
            }
        },
        ASK {
            @Override
            void run(Path folder, Image image) {
                try (VisualQuestionAnswerer answerer = VisualQuestionAnswerer.load(folder)) {
                    answerer.answer(image, "a cat");
                }
            }
        },
        MATCH {
            @Override
            void run(Path folder, Image image) {
                try (ImageTextMatcher matcher = ImageTextMatcher.load(folder)) {
                    matcher.match(image, "a cat");
                }
            }
        },
        EMBED {
            @Override
            void run(Path folder, Image image) {
                try (ImageTextEmbedder embedder = ImageTextEmbedder.load(folder)) {
                    embedder.embedImage(image);
                    embedder.embedText("a cat");
                }
            }
        };

        abstract void run(Path folder, Image image);

        private static ImageCaptioner brief(ImageCaptioner captioner) {
            return captioner.withOptions(captioner.options().toBuilder()
                    .beams(1)
                    .minLength(0)
                    .maxNewTokens(3)
                    .build());
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "clip/quick_gelu, config.json, EMBED",
        "siglip/base, config.json, EMBED",
        "coca/tasks, open_clip_config.json, EMBED",
        "coca/tasks, open_clip_config.json, CAPTION",
        "blip_caption/base, config.json, CAPTION",
        "blip_vqa/base, config.json, ASK",
        "blip_itm/base, config.json, MATCH",
        "vision_encoder_decoder/vit_gpt2, config.json, CAPTION",
        "git/base, config.json, CAPTION",
        "vilt/vqa, config.json, ASK",
        "blip2/opt, config.json, CAPTION",
        "llava/base, config.json, CONTINUE"
    })
    void otherConfigsGiveAnAnswerOrAnError(String name, String config, Task task) throws IOException {
        Path golden = Goldens.folder(name);
        try (Stream<Path> files = Files.list(golden)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Image image = Image.fromFile(Goldens.folder("blip_caption/base").resolve("photo.png"));
        task.run(folder, image);
        JsonNode valid = new ObjectMapper().readTree(golden.resolve(config).toFile());
        int refused = Mutants.refused(
                ROUNDS, seed -> Mutants.ofJson(valid, seed), Duration.ofSeconds(10), FusionFuzzTest::isOurs, mutant -> {
                    Files.write(folder.resolve(config), mutant);
                    task.run(folder, image);
                });
        assertThat(List.of(0, ROUNDS)).doesNotContain(refused);
    }

    /** What says what is wrong; numbers without an end in a picture's normalisation show in the scores. */
    private static boolean isOurs(Throwable e) {
        return e.getClass() == CheckpointException.class
                || e.getClass() == IllegalArgumentException.class
                || e instanceof ImageException
                || e instanceof IllegalStateException && e.getMessage().startsWith("The model gives the score NaN");
    }
}
