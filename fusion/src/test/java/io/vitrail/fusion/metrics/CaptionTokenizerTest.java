package io.vitrail.fusion.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of captions, against what pycocoevalcap's PTBTokenizer makes of them. */
class CaptionTokenizerTest {
    static Stream<Map.Entry<String, List<String>>> tokenized() {
        return RecordedCaptions.tokenized();
    }

    @ParameterizedTest
    @MethodSource("tokenized")
    void captionsAreSplitAsTheReferenceDoes(Map.Entry<String, List<String>> recorded) {
        assertThat(CaptionTokenizer.tokens(recorded.getKey())).isEqualTo(recorded.getValue());
    }

    @Test
    void nothingIsLeftOfPunctuation() {
        assertThat(CaptionTokenizer.tokens("")).isEmpty();
        assertThat(CaptionTokenizer.tokens(" \t\n\u00A0 . , ; : - -- ... \u2026 ' \" ` ! ? "))
                .isEmpty();
    }

    @Test
    void noTokenHoldsABlank() {
        assertThat(CaptionTokenizer.tokens("1\u00A0cup\u2003of\u3000tea\u200B!"))
                .containsExactly("1", "cup", "of", "tea");
    }

    @Test
    void lowerCaseDoesNotDependOnTheMachine() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr"));
        try {
            assertThat(CaptionTokenizer.tokens("ICE ISN'T HOT")).containsExactly("ice", "is", "n't", "hot");
        } finally {
            Locale.setDefault(before);
        }
    }

    /** Where it differs from the reference, as docs/metrics.md says. */
    @Test
    void whatDiffersStaysAsItIs() {
        assertThat(CaptionTokenizer.tokens("R&B \u00A35 \uD83D\uDE00 IMG_1.JPG y'all"))
                .containsExactly("r", "&", "b", "\u00A3", "5", "\uD83D\uDE00", "img_1.jpg", "y'all");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "a-", "a'", "a.", "b's ", "1,", "1:", "n't", "'", "!", "a@", "@b.", ".", "ab..", "http://"})
    void captionsOfAnyLengthAreSplit(String part) {
        assertThat(CaptionTokenizer.tokens(part.repeat(20_000))).allMatch(token -> !token.isBlank());
    }
}
