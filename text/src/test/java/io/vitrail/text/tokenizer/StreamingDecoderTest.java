package io.vitrail.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            strings = {
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
                "albert_spiece"
            })
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
}
