package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.GeneratedText;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.vit.image.Image;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of small chat models, beside those that the reference gave in a padded batch. */
class VisionChatTest {
    private static final List<String> PICTURES = List.of("photo.png", "drawing.png");
    private static final List<String> QUESTIONS = List.of("what is on the table ?", "describe this image .");

    @ParameterizedTest
    @CsvSource({"llava/base, from_files", "smolvlm/base, from_files_greedy"})
    void answersAreTheReferences(String name, String call) {
        long[][] expected = sequences(name, call);
        try (VisionChat chat = chat(name, 12)) {
            for (int row = 0; row < expected.length; row++) {
                GeneratedText answer = chat.answer(picture(name, row), QUESTIONS.get(row));
                long[] ids = answer.sequence().ids();
                long[] whole = expected[row];
                assertThat(ids)
                        .isEqualTo(Arrays.copyOfRange(whole, whole.length - ids.length, whole.length))
                        .hasSize(12);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava/base", "smolvlm/base"})
    void aConversationRemembersWhatWasSaidAndShown(String name) {
        try (VisionChat chat = chat(name, 4)) {
            PictureConversation talk = chat.about(List.of(picture(name, 0)));
            GeneratedText first = talk.say(QUESTIONS.get(0));
            GeneratedText second = talk.say(QUESTIONS.get(1));
            assertThat(second.promptTokens()).isGreaterThan(first.promptTokens() + 4);
            talk.show(picture(name, 1));
            StringBuilder heard = new StringBuilder();
            GeneratedText third = talk.say("and here ?", piece -> heard.append(piece));
            assertThat(heard.toString()).isEqualTo(third.text());
            int picture = third.promptTokens() - second.promptTokens();
            talk.reset();
            GeneratedText both = talk.say(QUESTIONS.get(0));
            assertThat(both.promptTokens()).isGreaterThan(first.promptTokens()).isLessThan(third.promptTokens());
            assertThat(picture).isGreaterThan(both.promptTokens() - first.promptTokens());
            assertThat(chat.about(List.of(picture(name, 0)))
                            .say(QUESTIONS.get(0))
                            .text())
                    .isEqualTo(first.text());
        }
    }

    @Test
    void whatStandsForAPictureIsNoWord() {
        try (VisionChat chat = chat("llava/base", 4)) {
            PictureConversation talk = chat.about(List.of(picture("llava/base", 0)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> talk.say("what does <image> mean ?"))
                    .withMessageContaining("2 places for pictures (<image>), but there are 1 pictures")
                    .withMessageContaining("<image>");
            assertThat(talk.say(QUESTIONS.get(0)).promptTokens()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blip_caption/base", "clip/quick_gelu", "blip2/opt"})
    void modelsThatDontChatAreRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> VisionChat.load(Goldens.folder(name)));
    }

    @Test
    void theMessageNamesModelsThatChat() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VisionChat.load(Goldens.folder("blip_caption/base")))
                .withMessageContaining("isn't for chats about pictures")
                .withMessageContaining("LlavaForConditionalGeneration")
                .withMessageContaining("SmolVLMForConditionalGeneration");
    }

    @Test
    void aConversationNeedsAPictureAndADeadlineHolds() {
        try (VisionChat chat = chat("llava/base", 500)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chat.about(List.of()))
                    .withMessageContaining("at least one");
            VisionChat hurried = chat.withDeadline(Duration.ofMillis(1));
            assertThatThrownBy(() -> hurried.answer(picture("llava/base", 0), "why ?"))
                    .isInstanceOf(CallException.class);
        }
    }

    private static VisionChat chat(String name, int tokens) {
        VisionChat chat = VisionChat.load(Goldens.folder(name));
        return chat.withOptions(chat.options().toBuilder().maxNewTokens(tokens).build());
    }

    private static Image picture(String name, int row) {
        Path folder = Goldens.folder(name);
        return Image.fromFile(folder.resolve(PICTURES.get(row)));
    }

    private static long[][] sequences(String name, String call) {
        GoldenTensor tensor = GoldenCase.read(Goldens.folder(name)).tensors().get(call + ".sequences");
        int rows = (int) tensor.shape()[0];
        int width = (int) tensor.shape()[1];
        long[] all = tensor.integers();
        long[][] sequences = new long[rows][];
        for (int row = 0; row < rows; row++) {
            sequences[row] = Arrays.copyOfRange(all, row * width, (row + 1) * width);
        }
        return sequences;
    }
}
