package io.vitrail.samples.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The walk-through on a terminal. */
class WalkthroughTextTest {
    private static final List<String> LINES = WalkthroughText.lines(Walkthrough.compute());

    @Test
    void columnsStandBelowEachOtherBesideWideCharacters() {
        int head = LINES.indexOf("  X, the embeddings") + 1;
        assertThat(LINES.subList(head, head + 3))
                .containsExactly(
                        "             doing     thing     place      time",
                        "    写       1.000     0.100     0.000     0.000",
                        "    代码     0.300     0.900     0.000     0.000");
        assertThat(LINES.subList(head, head + 7).stream().map(Widths::of)).containsOnly(48);
    }

    @Test
    void aRowIsPointedOutAndTheBlocksRowStandsBelow() {
        int caption = LINES.indexOf("  What 年 takes from whom");
        assertThat(LINES.subList(caption + 2, caption + 4))
                .containsExactly(
                        "    weight          0.049     0.154 ░   0.083     0.376 ▓   0.104 ░   0.234 ▒",
                        "  = SelfAttention   0.049     0.154 ░   0.083     0.376 ▓   0.104 ░   0.234 ▒");
        assertThat(LINES).anyMatch(line -> line.startsWith("  → 年 "));
        assertThat(LINES)
                .anyMatch(
                        line -> line.matches("  = PostNormBlock gives the same; largest difference (0|[1-9]e-0[78])"));
    }

    @Test
    void whatIsHiddenIsMinusInfinity() {
        int caption = LINES.indexOf("  Scores under the mask");
        assertThat(LINES.get(caption + 2)).matches(" {4}写 {7}0.653(        −∞){5}");
    }

    @Test
    void noLineIsWiderThanATerminal() {
        assertThat(LINES).allSatisfy(line -> assertThat(Widths.of(line)).isLessThanOrEqualTo(100));
    }

    @ParameterizedTest
    @CsvSource({"abc, 3", "写代码, 6", "'年, ', 4", "xiě, 3", "xie\u030C, 3", "カナ, 4", "한글, 4", "。, 2", "Ａ, 2", "▓→, 2"})
    void widthsAreThoseOfATerminal(String text, int columns) {
        assertThat(Widths.of(text)).isEqualTo(columns);
        assertThat(Widths.of(Widths.left(text, 8))).isEqualTo(8);
        assertThat(Widths.right(text, 8)).endsWith(text);
    }

    @ParameterizedTest
    @CsvSource({"0.4726, 0.473", "-0.0001, 0.000", "-1, -1.000", "-3e38, −∞"})
    void numbersHaveThreeDecimals(float value, String text) {
        assertThat(Figures.of(value)).isEqualTo(text);
    }
}
