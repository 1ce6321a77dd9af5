package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.GeneratedSequence;
import io.vitrail.text.generation.GenerationEngine;
import io.vitrail.text.generation.GenerationOptions;
import io.vitrail.text.generation.Prompt;
import io.vitrail.text.generation.TokenListener;
import io.vitrail.text.tokenizer.template.ChatMessage;
import io.vitrail.transformer.CallException;
import io.vitrail.transformer.NativeMemory;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chats that go on are answered as if all of them were read again, and aren't. */
class ChatMemoryTest {
    private Session<TextDecoder> session;
    private ChatMemory memory;

    @BeforeEach
    void load() {
        load("llama/masks");
    }

    private void load(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(Goldens.folder(name))) {
            session = TextModels.load(
                    checkpoint,
                    TextModels.task(checkpoint),
                    TextDecoder.class,
                    Kernels.choose(Device.cpu(), Precision.FP32),
                    Device.cpu());
        }
        memory = new ChatMemory(session);
    }

    @AfterEach
    void free() {
        memory.close();
        session.close();
    }

    private static long[] tokens(int count) {
        return LongStream.range(0, count).map(i -> (3 + 5 * i + i * i) % 40).toArray();
    }

    private float[] scores(long... prompt) {
        try (Decoding decoding = memory.open(prompt, Patience.endless())) {
            return decoding.next(new long[][] {prompt})[0];
        }
    }

    private float[] readAgain(long... prompt) {
        try (ChatMemory other = new ChatMemory(session);
                Decoding decoding = other.open(prompt, Patience.endless())) {
            return decoding.next(new long[][] {prompt})[0];
        }
    }

    private void assertAsReadAgain(long... prompt) {
        assertThat(scores(prompt)).containsExactly(readAgain(prompt), offset(1e-5f));
    }

    @Test
    void whateverTwoTextsShareTheScoresAreThoseOfTheSecond() {
        assertAsReadAgain(tokens(20));
        assertAsReadAgain(tokens(31)); // goes on
        assertAsReadAgain(tokens(31)); // the same
        assertAsReadAgain(tokens(17)); // a beginning
        long[] other = tokens(25);
        other[15] = 39; // differs from there
        assertAsReadAgain(other);
        other[2] = 38; // differs soon
        assertAsReadAgain(other);
        assertAsReadAgain(7);
        assertAsReadAgain(7, 8);
    }

    @Test
    void onlyWhatIsNewGoesThroughTheModel() {
        free();
        WatchedDecoder model = new WatchedDecoder();
        session = model.session();
        memory = new ChatMemory(session);
        scores(tokens(20));
        scores(tokens(31));
        scores(tokens(31));
        scores(tokens(17));
        scores(39, 38);
        assertThat(model.widths()).containsExactly(20L, 11L, 1L, 1L, 2L);
    }

    @Test
    void answersAreThoseOfTheWholeChat() {
        GenerationOptions options =
                GenerationOptions.defaults().toBuilder().maxNewTokens(7).build();
        long[] chat = tokens(12);
        for (int turn = 0; turn < 4; turn++) {
            GeneratedSequence answer;
            GeneratedSequence again;
            try (Decoding decoding = memory.open(chat, Patience.endless())) {
                answer = write(options, decoding, chat);
            }
            try (ChatMemory other = new ChatMemory(session);
                    Decoding decoding = other.open(chat, Patience.endless())) {
                again = write(options, decoding, chat);
            }
            assertThat(answer.ids()).containsExactly(again.ids());
            chat = LongStream.concat(
                            LongStream.of(chat),
                            LongStream.concat(LongStream.of(answer.ids()), LongStream.of(tokens(3 + turn))))
                    .toArray();
        }
    }

    private static GeneratedSequence write(GenerationOptions options, Decoding decoding, long[] prompt) {
        return GenerationEngine.of(options)
                .generate(decoding, List.of(Prompt.of(prompt)), TokenListener.NONE)
                .get(0)
                .get(0);
    }

    @Test
    void oneTextAtMostIsKept() {
        scores(tokens(20));
        int once = NativeMemory.arrays().size();
        scores(tokens(40));
        assertThat(NativeMemory.arrays().size()).isEqualTo(once);
        scores(9, 8, 7); // begins otherwise
        assertThat(NativeMemory.arrays().size()).isEqualTo(once);
        Decoding first = memory.open(tokens(5), Patience.endless());
        Decoding second = memory.open(tokens(5), Patience.endless());
        first.next(new long[][] {tokens(5)});
        second.next(new long[][] {tokens(5)});
        first.close();
        second.close();
        assertThat(NativeMemory.arrays().size()).isEqualTo(once);
        memory.close();
        int none = NativeMemory.arrays().size();
        assertThat(none).isLessThan(once);
        scores(tokens(5)); // nobody will ask for it
        assertThat(NativeMemory.arrays().size()).isEqualTo(none);
    }

    @Test
    void rowsThatPartedAreNotKept() {
        memory.close();
        memory = new ChatMemory(session);
        int none = NativeMemory.arrays().size();
        try (Decoding decoding = memory.open(tokens(5), Patience.endless())) {
            decoding.next(new long[][] {tokens(5)});
            decoding.select(new int[] {0, 0});
            decoding.next(new long[][] {{3}, {4}});
        }
        assertThat(NativeMemory.arrays().size()).isEqualTo(none);
    }

    @Test
    void aCallThatFailsKeepsNothingOfItself() {
        scores(tokens(20));
        try (Decoding decoding = memory.open(tokens(30), Patience.endless())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> decoding.next(new long[][] {
                        LongStream.concat(LongStream.of(tokens(30)), LongStream.of(40_000))
                                .toArray()
                    }));
        }
        assertAsReadAgain(tokens(30));
        memory.open(tokens(31), Patience.endless()).close(); // refused before anything was read
        assertAsReadAgain(tokens(35));
        session.close();
        assertThatThrownBy(() -> scores(tokens(36))).isInstanceOf(CallException.class);
    }

    @Test
    void positionsThatDependOnTheLengthAreReadAgain() {
        free();
        load("llama/rope_dynamic");
        assertAsReadAgain(tokens(30));
        assertAsReadAgain(tokens(90));
        assertAsReadAgain(tokens(120));
    }

    @Test
    void conversationsGoOnWithoutReadingAgain() {
        List<String> answers = new ArrayList<>();
        try (TextGenerator own = TextGenerator.load(Goldens.task("chats"))) {
            GenerationOptions options =
                    own.options().toBuilder().maxNewTokens(6).build();
            Conversation conversation = own.withOptions(options).conversation("be brief");
            int kept = 0;
            for (String said : List.of("a cat", "and a dog", "is it red ?", "no")) {
                List<ChatMessage> messages = new ArrayList<>(conversation.messages());
                messages.add(ChatMessage.user(said));
                answers.add(conversation.say(said).text());
                kept = kept == 0 ? NativeMemory.arrays().size() : kept;
                assertThat(NativeMemory.arrays().size()).isEqualTo(kept);
                try (TextGenerator again = TextGenerator.load(Goldens.task("chats"))) {
                    assertThat(answers.get(answers.size() - 1))
                            .isEqualTo(again.withOptions(options).chat(messages).text());
                }
            }
            assertThat(answers).hasSize(4);
        }
    }
}
