package io.vitrail.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions of published tokenizers pass; those that could backtrack without an end don't. */
class PatternCostTest {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

    @ParameterizedTest
    @ValueSource(
            strings = {
                CONTRACTIONS
                        + "|[^\\r"
                        + "\\n"
                        + "\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r"
                        + "\\n"
                        + "]*|\\s*[\\r"
                        + "\\n"
                        + "]+|\\s+(?!\\S)|\\s+",
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + CONTRACTIONS + "?",
                " ?[^(\\s|[.,!?…。，、।۔،])]+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[\\p{P}\\p{S}]+[\\r\\n/]*",
                " {2,}",
                "\\s+",
                "[一-龥぀-ゟ゠-ヿ]+",
                "a{,3}b",
                "x{y}"
            })
    void takesThoseOfPublishedTokenizers(String pattern) {
        assertThat(PatternCost.scans(pattern)).isBetween(0L, 4L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+$",
                "(a*)*b",
                "(a|a)*b",
                "(?:a|aa)+$",
                "a*a*b",
                "\\s*\\s*x",
                "(a{1,60}){1,60}b",
                "a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b",
                "(?:a*a*b)",
                "x(?:a*a*b|c)",
                "(?=a*a*b)x",
                "a{0,99999}a{0,99999}b",
                "(a)\\1",
                "(?<n>a)\\k<n>",
                "(?~a)",
                "(?(1)a|b)",
                "((((((((((((((((((((((a",
                "a**b",
                "(a",
                "a)",
                "[a",
                "a\\",
                "(?=a+)+b",
                "\\p{L"
            })
    void refusesThoseThatCouldNotEnd(String pattern) {
        assertThatThrownBy(() -> PatternCost.scans(pattern)).isInstanceOf(IllegalArgumentException.class);
    }
}
