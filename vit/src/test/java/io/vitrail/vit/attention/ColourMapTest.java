package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The colours' lightness, measured by CIE 1976 L*, which the map isn't made by. */
class ColourMapTest {
    private static final byte[] RGB = ColourMap.rgb();

    private static double linear(int sample) {
        double x = (RGB[sample] & 0xFF) / 255.0;
        return x <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4);
    }

    private static double lightness(int colour) {
        double y = 0.2126 * linear(3 * colour) + 0.7152 * linear(3 * colour + 1) + 0.0722 * linear(3 * colour + 2);
        return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
    }

    @Test
    void strongerIsLighterFromNearBlackToNearWhite() {
        assertThat(RGB).hasSize(3 * ColourMap.COLOURS);
        assertThat(lightness(0)).isLessThan(5);
        assertThat(lightness(255)).isGreaterThan(93);
        for (int colour = 8; colour < 256; colour++) {
            assertThat(lightness(colour)).isGreaterThan(lightness(colour - 8));
        }
    }

    @Test
    void lightnessRisesEvenly() {
        for (int colour = 0; colour + 64 < 256; colour++) {
            assertThat(lightness(colour + 64) - lightness(colour)).isCloseTo(93 / 4.0, within(5.0));
        }
    }

    @Test
    void theCallersArrayIsACopy() {
        ColourMap.rgb()[0]++;
        assertThat(ColourMap.rgb()).isEqualTo(RGB);
    }
}
