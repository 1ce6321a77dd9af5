package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.text.generation.GeneratedSequence.End;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.tokenizer.template.ChatMessage;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tasks that write: heard while they do, in conversations, shared by threads, and what they refuse. */
@Timeout(300)
class WritersTest {
    private static final String TEXT = "ZÜRICH 漢字 isn't far . 🙂 the car's red";
    private static final List<String> TEXTS = IntStream.range(0, 20)
            .mapToObj(i -> "the cat " + "is ".repeat(1 + i % 4) + i)
            .toList();

    @TempDir
    private Path folder;

    private static TextGenerator generator(String task, int tokens) {
        TextGenerator own = TextGenerator.load(Goldens.task(task));
        return own.withOptions(own.options().toBuilder().maxNewTokens(tokens).build());
    }

    private Path copy(String task) throws IOException {
        try (var files = Files.list(Goldens.task(task))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        return folder;
    }

    @Test
    void thePiecesOfATextAreTheText() {
        for (String task : List.of("stories", "tales", "chats")) {
            try (TextGenerator generator = generator(task, 14)) {
                for (String prompt : List.of(TEXT, "a", "")) {
                    List<String> pieces = new ArrayList<>();
                    GeneratedText text = generator.generate(prompt, pieces::add);
                    assertThat(pieces).isNotEmpty().doesNotContain("").allSatisfy(WritersTest::assertWhole);
                    assertThat(String.join("", pieces)).isEqualTo(text.text());
                    assertThat(text.text()).isEqualTo(generator.generate(prompt).text());
                }
            }
        }
        try (TextToText own = TextToText.load(Goldens.task("prefixes"))) {
            TextToText writer =
                    own.withOptions(own.options().toBuilder().maxNewTokens(20).build());
            List<String> pieces = new ArrayList<>();
            assertThat(writer.generate("a cat", pieces::add).text())
                    .isEqualTo(String.join("", pieces))
                    .isEqualTo(writer.generate("a cat").text());
        }
    }

    private static void assertWhole(String piece) {
        assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
        assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
    }

    @Test
    void aListenerThatHasEnoughEndsTheText() {
        try (TextGenerator generator = generator("stories", 20)) {
            TextListener listener = new TextListener() {
                private int asked;

                @Override
                public void hear(String piece) {}

                @Override
                public boolean wantsMore() {
                    return ++asked < 3;
                }
            };
            GeneratedText text = generator.generate("a cat", listener);
            assertThat(text.end()).isEqualTo(End.LISTENER);
            assertThat(text.tokens()).isEqualTo(3);
            assertThat(text.promptTokens()).isEqualTo(3);
            assertThatThrownBy(() -> generator.generate("a cat", piece -> {
                        throw new IllegalStateException("enough");
                    }))
                    .hasMessage("enough");
        }
    }

    @Test
    void severalPromptsAreContinuedAsEachIsAlone() {
        try (TextGenerator generator = generator("tales", 9);
                TextToText writer = TextToText.load(Goldens.task("summaries"))) {
            List<String> alone =
                    TEXTS.stream().map(text -> generator.generate(text).text()).toList();
            assertThat(generator.generate(TEXTS))
                    .extracting(GeneratedText::text)
                    .isEqualTo(alone);
            List<String> made =
                    TEXTS.stream().map(text -> writer.generate(text).text()).toList();
            assertThat(writer.generate(TEXTS)).extracting(GeneratedText::text).isEqualTo(made);
            assertThat(generator.generate(List.of())).isEmpty();
        }
    }

    @Test
    void manyThreadsGetTheirOwnTexts() throws Exception {
        try (TextGenerator generator = generator("stories", 10);
                TextToText writer = TextToText.load(Goldens.task("translations"));
                TextEmbedder embedder = TextEmbedder.load(Goldens.task("vectors"))) {
            List<String> stories =
                    TEXTS.stream().map(text -> generator.generate(text).text()).toList();
            List<String> translations =
                    TEXTS.stream().map(text -> writer.generate(text).text()).toList();
            List<float[]> vectors =
                    TEXTS.stream().map(text -> embedder.embed(text).values()).toList();
            ExecutorService threads = Executors.newFixedThreadPool(20);
            try {
                List<Callable<Void>> calls = new ArrayList<>();
                for (int i = 0; i < TEXTS.size(); i++) {
                    int own = i;
                    calls.add(() -> {
                        StringBuilder heard = new StringBuilder();
                        generator.generate(TEXTS.get(own), heard::append);
                        assertThat(heard).hasToString(stories.get(own));
                        assertThat(writer.generate(TEXTS.get(own)).text()).isEqualTo(translations.get(own));
                        assertThat(embedder.embed(TEXTS.get(own)).values()).isEqualTo(vectors.get(own));
                        return null;
                    });
                }
                for (Future<Void> call : threads.invokeAll(calls)) {
                    call.get();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void aConversationRemembersWhatWasSaid() {
        try (TextGenerator generator = TextGenerator.load(Goldens.task("chats"))) {
            Conversation conversation = generator.conversation("Be short.");
            String first = conversation.say("who is there ?").text();
            List<String> pieces = new ArrayList<>();
            String second = conversation.say("and now?", pieces::add).text();
            assertThat(String.join("", pieces)).isEqualTo(second);
            assertThat(conversation.messages())
                    .containsExactly(
                            ChatMessage.system("Be short."),
                            ChatMessage.user("who is there ?"),
                            ChatMessage.assistant(first),
                            ChatMessage.user("and now?"),
                            ChatMessage.assistant(second));
            assertThat(generator.chat(conversation.messages().subList(0, 4)).text())
                    .isEqualTo(second);
            assertThatIllegalArgumentException().isThrownBy(() -> conversation.say("\uD83D"));
            assertThat(conversation.messages()).hasSize(5);
            conversation.reset();
            assertThat(conversation.say("who is there ?").text()).isEqualTo(first);
            assertThat(generator.conversation().say("who is there ?").text()).isNotEqualTo(first);
        }
    }

    @Test
    void stopStringsAndDrawsAreAsTheOptionsSay() {
        try (TextGenerator generator = generator("stories", 12)) {
            String text = generator.generate(TEXT).text();
            String stop = text.substring(2, 4);
            GenerationOptions stopping =
                    generator.options().toBuilder().stopStrings(List.of(stop)).build();
            GeneratedText stopped = generator.withOptions(stopping).generate(TEXT);
            assertThat(stopped.end()).isEqualTo(End.STOP_STRING);
            assertThat(text).startsWith(stopped.text());
            assertThat(stopped.text()).contains(stop);
            GenerationOptions drawing = generator.options().toBuilder()
                    .sample(true)
                    .seed(7)
                    .returnedSequences(3)
                    .build();
            List<GeneratedText> drawn =
                    generator.withOptions(drawing).variants(List.of(TEXT)).get(0);
            assertThat(drawn).extracting(GeneratedText::text).hasSize(3).doesNotHaveDuplicates();
            assertThat(generator.withOptions(drawing).variants(List.of(TEXT)).get(0))
                    .extracting(GeneratedText::text)
                    .isEqualTo(drawn.stream().map(GeneratedText::text).toList());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> generator.withOptions(drawing).generate(TEXT, piece -> {}))
                    .withMessage(String.format("A text that is heard as it comes is one, not one of 3.%n"
                            + "  try:  1 returned sequence."));
        }
    }

    @Test
    void whereNothingSaysHowLongATextBecomesItHas256Tokens() throws IOException {
        Path model = copy("prefixes");
        Files.writeString(
                model.resolve("generation_config.json"), "{\"decoder_start_token_id\": 0, \"pad_token_id\": 0}");
        try (TextToText writer = TextToText.load(model)) {
            assertThat(writer.options().maxNewTokens()).isEmpty();
            assertThat(writer.generate("a cat").tokens()).isEqualTo(256);
        }
    }

    @Test
    void tasksOfTheCheckpointAndPrefixesComeBeforeTheText() {
        try (TextToText writer = TextToText.load(Goldens.task("prefixes"))) {
            assertThat(writer.tasks()).containsExactly("summarization", "translation_en_to_de");
            TextToText german = writer.forTask("translation_en_to_de");
            assertThat(german.options().maxLength()).hasValue(12);
            assertThat(german.generate("a cat").text())
                    .isEqualTo(writer.withOptions(german.options())
                            .generate("translate English to German: a cat")
                            .text());
            assertThat(german.withPrefix("x: ").generate("a").text())
                    .isEqualTo(german.withPrefix("").generate("x: a").text());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.forTask("poetry"))
                    .withMessage("The checkpoint has no task 'poetry'; it has [summarization, translation_en_to_de].");
        }
    }

    @Test
    void whatCantBeWrittenIsRefused() throws IOException {
        try (TextGenerator generator = generator("stories", 12)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> generator.generate("cat ".repeat(60)))
                    .withMessageContaining("the model's positions end at 48");
            assertThatIllegalArgumentException().isThrownBy(() -> generator.generate("half a pair: \uD83D"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> generator.chat(List.of(ChatMessage.user("hello"))))
                    .withMessageContaining("chat template");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> generator.chat(List.of()))
                    .withMessage("A chat needs at least one message.");
        }
        try (TextToText writer = TextToText.load(Goldens.task("summaries"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.generate("cat ".repeat(60)))
                    .withMessageContaining("tokens, special ones included; the model reads at most 48.");
        }
        Path model = copy("stories");
        Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": 339}");
        try (TextGenerator generator = TextGenerator.load(model)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> generator.generate(""))
                    .withMessageStartingWith("The prompt is empty, and the checkpoint names no token that texts begin");
        }
    }

    @Test
    void aTaskNeedsAModelOfItsKind() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextGenerator.load(Goldens.task("prefixes")))
                .withMessageContaining("T5ForConditionalGeneration");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextToText.load(Goldens.task("stories")))
                .withMessageContaining("GPT2LMHeadModel");
        assertThatThrownBy(() -> TextEmbedder.load(Goldens.task("stories")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("Model type 'gpt2' is no TextEncoder.");
    }

    @Test
    void callsEndWhenTheirTimeIsOverOrTheModelIsClosed() {
        TextGenerator generator = generator("stories", 40);
        assertThatIllegalArgumentException().isThrownBy(() -> generator.withDeadline(Duration.ZERO));
        assertThatThrownBy(() -> generator.withDeadline(Duration.ofMillis(1)).generate(TEXTS))
                .isInstanceOf(CallException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> generator.generate("a cat")).isInstanceOf(CallException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(generator.generate("a cat").tokens()).isPositive();
        generator.close();
        assertThatThrownBy(() -> generator.generate("a cat")).isInstanceOf(IllegalStateException.class);
    }
}
