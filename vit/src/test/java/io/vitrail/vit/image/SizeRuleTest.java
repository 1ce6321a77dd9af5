package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vitrail.vit.image.SizeRule.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected sizes are what transformers 4.57.6 computes. */
class SizeRuleTest {
    @ParameterizedTest
    @CsvSource({"480, 640, 224, 298", "640, 480, 298, 224", "300, 300, 224, 224", "1, 1000, 224, 224000"})
    void shortestEdgeKeepsTheAspectRatio(int height, int width, int newHeight, int newWidth) {
        assertThat(new SizeRule.ShortestEdge(224).of(height, width)).isEqualTo(new Size(newHeight, newWidth));
    }

    @ParameterizedTest
    @CsvSource({"480, 640, 384, 512", "100, 1000, 64, 608", "333, 777, 256, 608", "32, 32, 384, 384"})
    void divisibleEdgeIsLimitedAndRoundedDown(int height, int width, int newHeight, int newWidth) {
        assertThat(new SizeRule.DivisibleEdge(384, 32).of(height, width)).isEqualTo(new Size(newHeight, newWidth));
    }

    @ParameterizedTest
    @CsvSource({
        "64, 30, 40, 48, 64",
        "64, 40, 30, 64, 48",
        "33, 50, 50, 34, 33",
        "64, 1, 900, 1, 64",
        "9000, 300, 700, 1755, 4096",
        "1456, 1001, 777, 1456, 1130"
    })
    void longestEdgeHasAnEvenOneBesideItAndIsLimited(int edge, int height, int width, int newHeight, int newWidth) {
        assertThat(new SizeRule.LongestEdge(edge).of(height, width)).isEqualTo(new Size(newHeight, newWidth));
    }

    @ParameterizedTest
    @CsvSource({"480, 640, 30, 40", "100, 1000, 4, 40", "30, 35, 30, 35", "90, 31, 40, 14"})
    void limitedEdgeShrinksBoth(int height, int width, int newHeight, int newWidth) {
        assertThat(new SizeRule.LimitedEdge(30, 40).of(height, width)).isEqualTo(new Size(newHeight, newWidth));
    }

    @ParameterizedTest
    @CsvSource({"480, 640, 30, 40", "100, 1000, 4, 40", "1000, 100, 35, 3", "10, 10, 35, 35"})
    void withinFillsTheRectangle(int height, int width, int newHeight, int newWidth) {
        assertThat(new SizeRule.Within(35, 40).of(height, width)).isEqualTo(new Size(newHeight, newWidth));
    }

    @Test
    void picturesKeepAPixel() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SizeRule.DivisibleEdge(32, 32).of(1, 1000))
                .withMessage("A picture can't be resized to 0 x 32 pixels.\n  try:  one that isn't so narrow.");
    }

    @Test
    void unchangedIsThePicture() {
        assertThat(new SizeRule.Unchanged().of(99, 1)).isEqualTo(new Size(99, 1));
    }

    @Test
    void exactIgnoresThePicture() {
        assertThat(new SizeRule.Exact(3, 5).of(99, 1)).isEqualTo(new Size(3, 5));
    }
}
