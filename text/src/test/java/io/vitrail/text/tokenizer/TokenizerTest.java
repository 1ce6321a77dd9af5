package io.vitrail.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a tokenizer tells of itself, what it refuses, and that threads may share it. */
class TokenizerTest {
    @Test
    void tellsItsSpecialTokens() {
        try (Tokenizer tokenizer = TokenizerCases.load("gpt2_merges")) {
            SpecialTokens special = tokenizer.specialTokens();
            assertThat(special.token("eos")).contains("<|endoftext|>");
            assertThat(special.token("pad")).contains("[PAD]");
            assertThat(special.id("pad")).hasValue(tokenizer.id("[PAD]").getAsLong());
            assertThat(special.token("cls")).isEmpty();
            assertThat(special.all()).containsExactlyInAnyOrder("<|endoftext|>", "[PAD]");
            assertThat(tokenizer.usesTypeIds()).isFalse();
            assertThat(tokenizer.token(tokenizer.vocabularySize() - 1L)).contains("new_word");
            assertThat(tokenizer.token(tokenizer.vocabularySize())).isEmpty();
        }
    }

    @Test
    void tellsTheModelsMaximum() {
        try (Tokenizer bert = TokenizerCases.load("bert_vocab_cased");
                Tokenizer siglip = TokenizerCases.load("siglip_rules");
                Tokenizer plain = TokenizerCases.load("bert_vocab")) {
            assertThat(bert.modelMaxLength()).hasValue(9);
            assertThat(siglip.modelMaxLength()).hasValue(64);
            assertThat(plain.modelMaxLength()).isEmpty();
            assertThat(bert.encode(List.of(TokenizerInput.of("a photo of a cat on the table")), EncodeOptions.batch())
                            .ids()[0])
                    .hasSize(9);
        }
    }

    @Test
    void sequencesTellTextsApart() {
        try (Tokenizer tokenizer = TokenizerCases.load("bert_vocab")) {
            Encoding row = tokenizer
                    .encode(List.of(TokenizerInput.pair("a", "a")), EncodeOptions.defaults())
                    .rows()
                    .get(0);
            assertThat(row.sequences()).containsExactly(-1, 0, -1, 1, -1);
            assertThat(row.specialTokensMask()).containsExactly(1, 0, 1, 0, 1);
            assertThat(row.tokens()).first().isEqualTo("[CLS]");
            assertThat(row.offsets()).isEmpty();
        }
    }

    @Test
    void leavesOutIdsBeyondTheVocabulary() {
        try (Tokenizer tokenizer = TokenizerCases.load("bert_vocab")) {
            long a = tokenizer.id("a").getAsLong();
            assertThat(tokenizer.decode(new long[] {a, 999_999, Integer.MAX_VALUE}, DecodeOptions.defaults()))
                    .isEqualTo("a");
            assertThatThrownBy(() -> tokenizer.decode(new long[] {-1}, DecodeOptions.defaults()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("-1 is no id of a token.");
            assertThatThrownBy(() -> tokenizer.decode(null, DecodeOptions.defaults()))
                    .hasMessage("The ids are null.");
        }
    }

    @Test
    void refusesWhatIsNoText() {
        assertThatThrownBy(() -> TokenizerInput.of(null)).hasMessage("A text is null.");
        assertThatThrownBy(() -> TokenizerInput.pair("a", null))
                .hasMessage("The second text is null; use TokenizerInput.of for one text.");
        assertThatThrownBy(() -> TokenizerInput.of("ab\uD83D"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The text isn't valid Unicode: half a surrogate pair at index 2. Decode its source anew, or"
                        + " replace it by U+FFFD.");
        assertThatThrownBy(() -> TokenizerInput.of("x".repeat((1 << 21) + 1)))
                .hasMessage(
                        "A text of 2097153 characters is longer than 2097152. Split it, for example into paragraphs.");
    }

    @Test
    void refusesOptionsThatCannotBeMet() {
        try (Tokenizer gpt = TokenizerCases.load("openai_gpt_merges");
                Tokenizer bert = TokenizerCases.load("bert_vocab");
                Tokenizer siglip = TokenizerCases.load("siglip_rules")) {
            List<TokenizerInput> one = List.of(TokenizerInput.of("a b c d e"));
            assertThatThrownBy(() -> gpt.encode(one, EncodeOptions.batch()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("This tokenizer has no padding token.");
            EncodeOptions.Builder cut = EncodeOptions.builder().truncation(Truncation.LONGEST_FIRST);
            assertThatThrownBy(() -> bert.encode(one, cut.maxLength(1).build()))
                    .hasMessage("A row of at most 1 tokens has no room for its 2 special tokens.");
            assertThatThrownBy(() -> bert.encode(one, cut.maxLength(4).stride(2).build()))
                    .hasMessage("The stride (2) must be less than the 2 tokens of a row that aren't special.");
            assertThatThrownBy(() -> bert.encode(
                            one,
                            cut.stride(0).padding(Padding.LONGEST).multipleOf(8).build()))
                    .hasMessage(
                            "Rows are cut to 4 tokens, which isn't a multiple of 8, to which they are to be padded.");
            EncodeOptions second = EncodeOptions.builder()
                    .truncation(Truncation.ONLY_SECOND)
                    .maxLength(4)
                    .build();
            assertThatThrownBy(() -> bert.encode(one, second))
                    .hasMessage("Only the second text may be cut, but there is only one.");
            EncodeOptions offsets = EncodeOptions.builder().offsets(true).build();
            assertThatThrownBy(() -> siglip.encode(one, offsets))
                    .hasMessage("SiglipTokenizer tells no offsets; encode without them.");
        }
    }

    @Test
    void aClosedTokenizerSaysSo() {
        Tokenizer tokenizer = TokenizerCases.load("bert_vocab");
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The tokenizer is closed.");
    }

    @Test
    void threadsShareIt() throws Exception {
        try (Tokenizer tokenizer = TokenizerCases.load("roberta_merges")) {
            String text = "The Quick Brown Fox! 日本語";
            long[] expected = tokenizer.encode(text).ids();
            EncodeOptions cut = EncodeOptions.builder()
                    .truncation(Truncation.LONGEST_FIRST)
                    .maxLength(5)
                    .build();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(() -> Arrays.equals(tokenizer.encode(text).ids(), expected)
                        && tokenizer.encode(List.of(TokenizerInput.of(text)), cut)
                                        .ids()[0]
                                        .length
                                == 5
                        && tokenizer.decode(expected, DecodeOptions.textOnly()).equals(text));
            }
            for (Future<Boolean> same : threads.invokeAll(calls)) {
                assertThat(same.get()).isTrue();
            }
            threads.shutdown();
        }
    }
}
