package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.fusion.ImageTextMatcher.Match;
import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.vit.image.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CoCa, from the files of open_clip, in every task that it serves: equal to open_clip's own results. */
@Timeout(300)
class CocaTest {
    private static final Path FOLDER = Goldens.folder("coca/tasks");
    private static final List<String> TEXTS = List.of("a photo of a cat", "two dogs on the grass", "a");

    private static List<Image> pictures() {
        return List.of(Image.fromFile(FOLDER.resolve("photo.png")), Image.fromFile(FOLDER.resolve("drawing.png")));
    }

    private static float[] recorded(String name) {
        return GoldenCase.read(FOLDER).tensors().get(name).floats();
    }

    private static float[] row(float[] all, int rows, int row) {
        int width = all.length / rows;
        return Arrays.copyOfRange(all, row * width, (row + 1) * width);
    }

    @Test
    void vectorsAreThoseOfOpenClipWhoseTextsAreFilledWithZeros() {
        float[] images = recorded("compare.image_features");
        float[] texts = recorded("compare.text_features");
        try (ImageTextEmbedder embedder = ImageTextEmbedder.load(FOLDER)) {
            for (int i = 0; i < 2; i++) {
                assertThat(embedder.embedImage(pictures().get(i)).values())
                        .containsExactly(row(images, 2, i), within(1e-5f));
            }
            for (int i = 0; i < TEXTS.size(); i++) {
                assertThat(embedder.embedText(TEXTS.get(i)).values()).containsExactly(row(texts, 3, i), within(1e-5f));
            }
        }
    }

    @Test
    void captionsAreTheLikeliestWords() {
        long[] ids =
                GoldenCase.read(FOLDER).tensors().get("likeliest.sequences").integers();
        try (ImageCaptioner captioner = ImageCaptioner.load(FOLDER)) {
            List<GeneratedText> captions = captioner.caption(pictures());
            for (int i = 0; i < 2; i++) {
                assertThat(captions.get(i).sequence().ids())
                        .containsExactly(Arrays.copyOfRange(ids, i * 11 + 1, (i + 1) * 11));
            }
        }
    }

    @Test
    void matchesAndLabelsAreScoredByTheSameVectors() {
        float[] logits = recorded("compare.logits_per_image");
        try (ImageTextMatcher matcher = ImageTextMatcher.load(FOLDER);
                ZeroShotClassifier classifier =
                        ZeroShotClassifier.load(FOLDER, TEXTS).withLabels(TEXTS, new PromptTemplates(List.of("{}")))) {
            List<Match> matches = matcher.match(pictures().get(1), TEXTS);
            int best = 0;
            for (int i = 0; i < TEXTS.size(); i++) {
                float expected = row(logits, 2, 1)[i];
                assertThat(matches.get(i).score()).isCloseTo(expected, within(1e-4));
                assertThat(matches.get(i).cosine().orElseThrow()).isCloseTo(expected * 0.07, within(1e-4));
                best = matches.get(i).score() > matches.get(best).score() ? i : best;
            }
            assertThat(matches.get(0).probability()).isEmpty();
            assertThat(classifier.classify(pictures().get(1)).best().label()).isEqualTo(TEXTS.get(best));
        }
    }

    @Test
    void matchingRefusesNothingAndKeepsItsDeadlineForThePictureToo() {
        Image large = Image.fromBufferedImage(new BufferedImage(4000, 4000, BufferedImage.TYPE_3BYTE_BGR));
        try (ImageTextMatcher matcher = ImageTextMatcher.load(FOLDER)) {
            matcher.match(pictures().get(0), TEXTS); // from now on texts are quick
            assertThatThrownBy(() -> matcher.withDeadline(Duration.ofMillis(15)).match(large, TEXTS))
                    .isInstanceOf(CallException.class)
                    .hasMessageStartingWith("There was no answer within 15 ms.");
            assertThatThrownBy(() -> matcher.match(large, List.of())).hasMessage("There is no text.");
            assertThatThrownBy(() -> matcher.match(null, TEXTS)).hasMessage("The picture is missing (null).");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "vision_cfg, attentional_pool, '\"both\"', 'model_cfg.vision_cfg.attentional_pool'",
        "vision_cfg, attentional_pool, '\"cascade\"', 'model_cfg.embed_dim'",
        "vision_cfg, timm_model_name, '\"vit\"', 'model_cfg.vision_cfg.timm_model_name'",
        "vision_cfg, layers, '[3, 4, 6, 3]', 'model_cfg.vision_cfg.layers'",
        "vision_cfg, pool_type, '\"none\"', 'model_cfg.vision_cfg.pool_type'",
        "vision_cfg, qk_norm, true, 'model_cfg.vision_cfg.qk_norm'",
        "vision_cfg, mlp_ratio, 1e9, 'model_cfg.vision_cfg.mlp_ratio'",
        "vision_cfg, attn_pooler_queries, -1, 'model_cfg.vision_cfg.attn_pooler_queries'",
        "text_cfg, hf_model_name, '\"roberta-base\"', 'model_cfg.text_cfg.hf_model_name'",
        "text_cfg, embed_cls, false, 'model_cfg.text_cfg.embed_cls'",
        "text_cfg, no_causal_mask, true, 'model_cfg.text_cfg.no_causal_mask'",
        "text_cfg, heads, 7, 'model_cfg.text_cfg.width'",
        "multimodal_cfg, width, 48, 'model_cfg.multimodal_cfg.width'",
        "multimodal_cfg, context_length, 0, 'model_cfg.multimodal_cfg.context_length'"
    })
    void whatItCannotBeIsRefusedByTheKey(String tower, String key, String value, String named, @TempDir Path folder)
            throws IOException {
        copy(folder, model -> ((ObjectNode) model.path(tower)).set(key, json(value)));
        assertThatThrownBy(() -> ImageCaptioner.load(folder).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'" + named + "'")
                .hasMessageContaining("open_clip_config.json");
    }

    private static void copy(Path folder, Consumer<JsonNode> change) throws IOException {
        try (var files = Files.list(FOLDER)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        Path config = folder.resolve("open_clip_config.json");
        JsonNode all = json(Files.readString(config));
        change.accept(all.path("model_cfg"));
        Files.writeString(config, all.toString());
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
