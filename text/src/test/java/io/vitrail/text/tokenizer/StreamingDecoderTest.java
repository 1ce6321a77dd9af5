package io.vitrail.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoding id by id. */
class StreamingDecoderTest {
    private static final String TEXT =
            "A photo of 😀 and 日本語, isn't it ?  Two  spaces \n and new\nlines – 👩‍👦 naïve café. ".repeat(8);

    private static List<String> streamed(Tokenizer tokenizer, long[] ids, DecodeOptions options) {
        StreamingDecoder decoder = tokenizer.stream(options);
        List<String> parts = new ArrayList<>();
        for (long id : ids) {
            parts.add(decoder.add(id));
        }
        parts.add(decoder.finish());
        return parts;
    }

    private static Stream<String> tokenizers() {
        return Stream.of(
                "shared_byte_bpe_qwen2",
                "roberta_merges",
                "gpt2_merges",
                "llama_bpe",
                "llama_bpe_first",
                "gemma_bpe",
                "t5_spiece",
                "xlm_roberta_spiece",
                "bert_vocab",
                "openai_gpt_merges",
                "clip_merges",
                "marian_user_defined",
                "albert_spiece");
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void partsMakeTheWholeText(String name) {
        try (Tokenizer tokenizer = TokenizerCases.load(name)) {
            long[] ids = tokenizer.encode(TEXT).ids();
            for (DecodeOptions options : List.of(
                    DecodeOptions.defaults(),
                    DecodeOptions.textOnly(),
                    DecodeOptions.textOnly().withCleanUpSpaces(true))) {
                List<String> parts = streamed(tokenizer, ids, options);
                assertThat(String.join("", parts)).isEqualTo(tokenizer.decode(ids, options));
            }
        }
    }

    @Test
    void neverShowsHalfACharacter() {
        try (Tokenizer tokenizer = TokenizerCases.load("shared_byte_bpe_qwen2")) {
            long[] ids = tokenizer.encode("😀 日本語 é").ids();
            assertThat(ids.length).isGreaterThan(8);
            assertThat(streamed(tokenizer, ids, DecodeOptions.defaults()))
                    .allSatisfy(part -> assertThat(part).doesNotContain("\uFFFD"))
                    .contains("😀", " é");
        }
    }

    @Test
    void showsATextThatEndsInTheMiddleOfACharacter() {
        try (Tokenizer tokenizer = TokenizerCases.load("shared_byte_bpe_qwen2")) {
            long[] ids = tokenizer.encode("a😀").ids();
            long[] cut = Arrays.copyOf(ids, ids.length - 1);
            List<String> parts = streamed(tokenizer, cut, DecodeOptions.defaults());
            assertThat(parts.get(0)).isEqualTo("a");
            assertThat(String.join("", parts)).isEqualTo(tokenizer.decode(cut, DecodeOptions.defaults()));
        }
    }

    @Test
    void spacesBetweenWordsStay() {
        try (Tokenizer tokenizer = TokenizerCases.load("llama_bpe")) {
            long[] ids = tokenizer.encode("the cat on the table").ids();
            assertThat(streamed(tokenizer, ids, DecodeOptions.textOnly()))
                    .anyMatch(part -> part.startsWith(" "))
                    .first()
                    .isEqualTo("");
        }
    }

    /** Of ids that a model may give, however unlikely: special ones, bytes that are no character, spaces and signs. */
    @ParameterizedTest
    @MethodSource("tokenizers")
    void partsOfAnyIdsMakeTheWholeText(String name) {
        try (Tokenizer tokenizer = TokenizerCases.load(name)) {
            Random random = new Random(name.hashCode());
            long[] likely = likely(tokenizer);
            for (int trial = 0; trial < 40; trial++) {
                int favoured = random.nextInt(101);
                long[] ids = random.ints(1 + random.nextInt(160), 0, Integer.MAX_VALUE)
                        .mapToLong(number -> random.nextInt(100) < favoured
                                ? likely[number % likely.length]
                                : number % (tokenizer.vocabularySize() + 2))
                        .toArray();
                for (DecodeOptions options : List.of(
                        DecodeOptions.defaults().withCleanUpSpaces(false),
                        DecodeOptions.textOnly(),
                        DecodeOptions.textOnly().withCleanUpSpaces(true))) {
                    assertThat(String.join("", streamed(tokenizer, ids, options)))
                            .as("%s %s", Arrays.toString(ids), options)
                            .isEqualTo(tokenizer.decode(ids, options));
                }
            }
        }
    }

    /** Ids that matter for others: special, bytes, spaces, and what cleaning up looks for. */
    private static long[] likely(Tokenizer tokenizer) {
        return LongStream.range(0, tokenizer.vocabularySize())
                .filter(id -> {
                    String text = tokenizer.decode(
                            new long[] {id}, DecodeOptions.defaults().withCleanUpSpaces(false));
                    String shown = tokenizer.decode(new long[] {id}, DecodeOptions.textOnly());
                    boolean signs = text.matches("[ .?!,'ntmsver\\uFFFD]{1,3}");
                    return signs
                            || shown.isEmpty()
                            || tokenizer.token(id).orElse("").matches("<0x(41|E2|82|AC)>");
                })
                .toArray();
    }

    @Test
    void aTokenThatIsntShownEndsNoRunOfBytes() {
        try (Tokenizer tokenizer = TokenizerCases.load("llama_bpe")) {
            long[] ids = {byteId(tokenizer, "41"), special(tokenizer), byteId(tokenizer, "FF")};
            assertThat(tokenizer.decode(ids, DecodeOptions.textOnly())).isEqualTo("\uFFFD\uFFFD");
            assertThat(streamed(tokenizer, ids, DecodeOptions.textOnly())).containsExactly("", "", "", "\uFFFD\uFFFD");
        }
    }

    private static long byteId(Tokenizer tokenizer, String hexadecimal) {
        return tokenizer.id("<0x" + hexadecimal + ">").orElseThrow();
    }

    private static long special(Tokenizer tokenizer) {
        return tokenizer.specialTokens().id("eos").orElseThrow();
    }
}
