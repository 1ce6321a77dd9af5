package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.text.GeneratedText;
import io.vitrail.text.TextListener;
import io.vitrail.text.generation.GeneratedSequence.End;
import io.vitrail.text.generation.GenerationOptionsBuilder;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the captioner says of pictures, how, and what it refuses. */
@Timeout(300)
class ImageCaptionerTest {
    private static final String BLIP = "blip_caption/base";
    private static final String VIT_GPT2 = "vision_encoder_decoder/vit_gpt2";

    @TempDir
    private Path folder;

    private static List<Image> images(String name) {
        return Stream.of("photo.png", "drawing.png")
                .map(file -> Image.fromFile(Goldens.folder(name).resolve(file)))
                .toList();
    }

    private static ImageCaptioner with(ImageCaptioner own, UnaryOperator<GenerationOptionsBuilder> change) {
        return own.withOptions(change.apply(own.options().toBuilder()).build());
    }

    private static List<String> texts(List<GeneratedText> captions) {
        return captions.stream().map(GeneratedText::text).toList();
    }

    @ParameterizedTest
    @CsvSource({
        BLIP + ", from_files, ''",
        BLIP + ", from_files_prompt, a photo of",
        VIT_GPT2 + ", from_files, ''",
        VIT_GPT2 + ", from_files_beam, ''"
    })
    void captionsOfFilesAreTheReferences(String name, String called, String prompt) {
        GoldenCall call = GoldenCase.read(Goldens.folder(name)).calls().stream()
                .filter(one -> one.name().equals(called))
                .findFirst()
                .orElseThrow();
        List<String> expected = new ArrayList<>();
        call.json().path("values").path("text").forEach(text -> expected.add(text.asText()));
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(name))) {
            ImageCaptioner captioner =
                    own.withPrompt(prompt).withOptions(own.options().with(new ConfigJson(call.options())));
            assertThat(texts(captioner.caption(images(name)))).isEqualTo(expected);
            assertThat(captioner.caption(images(name).stream()).map(GeneratedText::text))
                    .isEqualTo(expected);
            assertThat(captioner.caption(images(name).get(1)).text()).isEqualTo(expected.get(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {BLIP, VIT_GPT2})
    void thePiecesOfACaptionAreTheCaption(String name) {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(name))) {
            for (String prompt : List.of("", "a dog")) {
                ImageCaptioner captioner =
                        with(own.withPrompt(prompt), options -> options.beams(1).maxNewTokens(9));
                Image photo = images(name).get(0);
                List<String> pieces = new ArrayList<>();
                GeneratedText heard = captioner.caption(photo, pieces::add);
                assertThat(pieces).isNotEmpty().doesNotContain("");
                assertThat(String.join("", pieces)).isEqualTo(heard.text()).startsWith(prompt);
                assertThat(heard.text()).isEqualTo(captioner.caption(photo).text());
            }
        }
    }

    @Test
    void aListenerMayEndACaptionAndItsErrorReachesTheCaller() {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(BLIP))) {
            Image photo = images(BLIP).get(0);
            TextListener two = new TextListener() {
                private int asked;

                @Override
                public void hear(String piece) {}

                @Override
                public boolean wantsMore() {
                    return ++asked < 2;
                }
            };
            GeneratedText caption = own.caption(photo, two);
            assertThat(caption.end()).isEqualTo(End.LISTENER);
            assertThat(caption.tokens()).isEqualTo(2);
            assertThatThrownBy(() -> own.caption(photo, piece -> {
                        throw new IllegalStateException("enough");
                    }))
                    .hasMessage("enough");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> with(own, options -> options.beams(2)).caption(photo, piece -> {}))
                    .withMessageContaining("Beam search can't tell its tokens");
        }
    }

    @Test
    void severalCaptionsOfAPictureComeBestFirst() {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(BLIP))) {
            ImageCaptioner captioner =
                    with(own, options -> options.beams(4).returnedSequences(3).maxNewTokens(7));
            List<List<GeneratedText>> variants = captioner.variants(images(BLIP));
            assertThat(variants).hasSize(2).allSatisfy(captions -> {
                assertThat(texts(captions)).hasSize(3).doesNotHaveDuplicates();
                assertThat(captions)
                        .extracting(caption -> -caption.sequence().score())
                        .isSorted();
            });
            assertThat(captioner.caption(images(BLIP).get(0)).text())
                    .isEqualTo(variants.get(0).get(0).text());
        }
    }

    @Test
    void aSeedDrawsTheSameCaptionsAgain() {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(BLIP))) {
            ImageCaptioner drawn = with(
                    own,
                    options -> options.sample(true).seed(7).returnedSequences(4).maxNewTokens(8));
            List<String> captions = texts(drawn.variants(images(BLIP)).get(0));
            assertThat(captions).isEqualTo(texts(drawn.variants(images(BLIP)).get(0)));
            assertThat(captions).hasSizeGreaterThan(1);
            assertThat(captions.stream().distinct().count()).isGreaterThan(1);
        }
    }

    /** Whatever batches they go in: eight pictures at a time do. */
    @Test
    void eachPictureDrawsItsOwnNumbers() {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(BLIP))) {
            ImageCaptioner drawn =
                    with(own, options -> options.sample(true).seed(7).maxNewTokens(8));
            Image photo = images(BLIP).get(0);
            List<String> captions = texts(drawn.caption(Collections.nCopies(10, photo)));
            assertThat(captions.subList(8, 10)).isNotEqualTo(captions.subList(0, 2));
            assertThat(texts(drawn.batching(4, Duration.ZERO)
                            .caption(Stream.generate(() -> photo).limit(9).toList())))
                    .isEqualTo(captions.subList(0, 9));
        }
    }

    /** The means of what the reference's compute_transition_scores gives for photo.png, 15 new tokens at most. */
    @ParameterizedTest
    @CsvSource({BLIP + ", 1, -2.826853", BLIP + ", 3, -2.760862", VIT_GPT2 + ", 1, -2.028956"})
    void theMeanLogProbabilityTellsHowSureTheModelWas(String name, int beams, double expected) {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(name))) {
            ImageCaptioner captioner =
                    with(own, options -> options.beams(beams).maxNewTokens(15).logProbabilities(false));
            GeneratedText caption = captioner.caption(images(name).get(0));
            assertThat(caption.sequence().logProbabilities()).hasSize(caption.tokens());
            assertThat(caption.meanLogProbability()).isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void aStreamIsTakenAsCaptionsAreAskedFor() {
        List<Integer> taken = new ArrayList<>();
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(BLIP))) {
            ImageCaptioner captioner = with(own, options -> options.maxNewTokens(2));
            Image photo = images(BLIP).get(0);
            Iterator<GeneratedText> captions = captioner
                    .caption(Stream.iterate(1, i -> i + 1).peek(taken::add).map(i -> photo))
                    .iterator();
            assertThat(taken).isEmpty();
            for (int i = 0; i < 9; i++) {
                assertThat(captions.next().text()).isNotEmpty();
            }
            assertThat(taken).hasSizeBetween(9, 17);
        }
    }

    @Test
    void aBrokenPictureIsItsOwnMistake() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.jpg"), "no picture");
        try (ImageCaptioner captioner = ImageCaptioner.load(Goldens.folder(BLIP))) {
            assertThatThrownBy(() -> captioner
                            .caption(Stream.of(broken).map(Image::fromFile))
                            .toList())
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("broken.jpg");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> captioner.caption(Arrays.asList(images(BLIP).get(0), null)))
                    .withMessage("A picture is missing (null).");
            assertThat(captioner.caption(images(BLIP).get(0)).text()).isNotEmpty();
        }
    }

    @Test
    void aPromptThatFillsThePositionsIsRefused() {
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(BLIP))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> own.withPrompt("a ".repeat(600)).caption(images(BLIP)))
                    .withMessageContaining("the model's positions end at")
                    .withMessageContaining("Shorten it.");
        }
    }

    @Test
    void whatCaptionsBeginWithCanBeSetWhereTheCheckpointDoesntSay() {
        JsonNode none = new ObjectMapper()
                .createObjectNode()
                .putNull("decoder_start_token_id")
                .putNull("bos_token_id");
        Image photo = images(VIT_GPT2).get(0);
        try (ImageCaptioner own = ImageCaptioner.load(Goldens.folder(VIT_GPT2))) {
            ImageCaptioner unset = own.withOptions(own.options().with(new ConfigJson(none)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> unset.caption(photo))
                    .withMessageContaining("set decoderStart or bos");
            ImageCaptioner set =
                    with(unset, options -> options.decoderStart(own.options().start()));
            assertThat(set.caption(photo).text()).isEqualTo(own.caption(photo).text());
        }
    }

    private Path changed(String key, String value) throws IOException {
        try (Stream<Path> files = Files.list(Goldens.folder(BLIP))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        ObjectNode config = (ObjectNode) JsonFile.read(folder.resolve("config.json"));
        config.set(key, new ObjectMapper().readValue(value, JsonNode.class));
        Files.writeString(folder.resolve("config.json"), config.toString());
        return folder;
    }

    @ParameterizedTest
    @CsvSource({
        "BertForMaskedLM, bert", // reads texts alone
        "ViTForImageClassification, vit", // classifies
        "BlipForImageTextRetrieval, blip", // the same family, for something else
    })
    void aModelOfAnotherKindIsRefusedWithThoseThatFit(String name, String type) throws IOException {
        changed("model_type", '"' + type + '"');
        ObjectNode config = (ObjectNode) JsonFile.read(folder.resolve("config.json"));
        config.putArray("architectures").add(name);
        Files.writeString(folder.resolve("config.json"), config.toString());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageCaptioner.load(folder))
                .withMessageStartingWith("This checkpoint is of " + name + ", model type '" + type
                        + "', which isn't for captions.\n  file: " + folder.resolve("config.json"))
                .withMessageContaining("BlipForConditionalGeneration (blip)")
                .withMessageContaining("VisionEncoderDecoderModel (vision-encoder-decoder)");
    }

    @Test
    void whatTheConfigAsksForAndNoModelCanBeIsTheFilesMistake() throws IOException {
        changed("text_config", "{\"hidden_size\": 7, \"num_attention_heads\": 2}");
        assertThatThrownBy(() -> ImageCaptioner.load(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json");
    }
}
