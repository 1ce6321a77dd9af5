package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;

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
    @CsvSource({"480, 640, 30, 40", "100, 1000, 4, 40", "30, 35, 30, 35", "90, 31, 40, 14"})
    void limitedEdgeShrinksBoth(int height, int width, int newHeight, int newWidth) {
        assertThat(new SizeRule.LimitedEdge(30, 40).of(height, width)).isEqualTo(new Size(newHeight, newWidth));
    }

    @Test
    void exactIgnoresThePicture() {
        assertThat(new SizeRule.Exact(3, 5).of(99, 1)).isEqualTo(new Size(3, 5));
    }
}
