package io.vitrail.text.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tokens are shown as the text that they stand for: here "_" says after a space, "+" within a word, "*" special. */
class TokenViewTest {
    private static String shown(String checkpoint, String text) {
        try (Tokenizer tokenizer = Tokenizer.load(TextAttentionTest.checkpoint(checkpoint))) {
            return marked(TokenView.read(tokenizer, text).shown());
        }
    }

    private static String marked(List<ShownToken> tokens) {
        return tokens.stream()
                .map(token -> (token.special() ? "*" : token.afterSpace() ? "_" : token.withinWord() ? "+" : "|")
                        + token.text())
                .collect(Collectors.joining(" "));
    }

    @Test
    void wordPiecesKeepTheTextsLetters() {
        assertThat(shown("bert_words", "The CAT, reading")).isEqualTo("*[CLS] |The _CAT |, _read +ing *[SEP]");
        assertThat(shown("bert_words", "catting <b>"))
                .startsWith("*[CLS] |cat")
                .contains(" +")
                .endsWith(" |> *[SEP]");
    }

    @Test
    void spacesBelongToTheTokenBehindThem() {
        assertThat(shown("stories", "I met friends")).isEqualTo("|I _m +e +t _f +r +i +e +nd +s");
    }

    @Test
    void aSpaceByItselfIsVisible() {
        assertThat(shown("stories", "a 年")).isEqualTo("|a _␣ |年₁ |年₂ |年₃");
    }

    @Test
    void bytesOfOneCharacterAreNumbered() {
        assertThat(shown("stories", "x年😀")).isEqualTo("|x |年₁ |年₂ |年₃ |😀₁ |😀₂ |😀₃ |😀₄");
        assertThat(shown("tales", "年a")).isEqualTo("*<s> _␣ |年₁ |年₂ |年₃ |a");
    }

    @Test
    void spellingTellsWhereATokenizerKnowsNoPlaces() {
        assertThat(shown("translations", "The cat, sat")).isEqualTo("_␣ |T +h +e _c +at |, _s +at *</s>");
    }

    @Test
    void aWrittenTextIsEncodedAsOne() {
        try (Tokenizer tokenizer = Tokenizer.load(TextAttentionTest.checkpoint("translations"))) {
            TokenView read = TokenView.read(tokenizer, "The cat");
            TokenView written = TokenView.written(tokenizer, "The cat");
            assertThat(written.ids()).isNotEqualTo(read.ids());
        }
    }
}
