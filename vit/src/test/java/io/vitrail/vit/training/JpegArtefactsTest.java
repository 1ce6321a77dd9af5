package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.vit.training.CropSampler.Raster;
import org.junit.jupiter.api.Test;

class JpegArtefactsTest {
    private static final int SIDE = 24;

    @Test
    void aSmoothPictureLosesLittleAndKeepsItsColours() {
        Raster raster = new Raster(SIDE, SIDE);
        for (int i = 0; i < SIDE * SIDE; i++) {
            raster.rgb[3 * i] = 200;
            raster.rgb[3 * i + 1] = 120;
            raster.rgb[3 * i + 2] = 40;
        }
        JpegArtefacts.apply(raster, 90);
        for (int i = 0; i < SIDE * SIDE; i++) {
            assertThat(raster.rgb[3 * i]).isBetween(196f, 204f);
            assertThat(raster.rgb[3 * i + 1]).isBetween(116f, 124f);
            assertThat(raster.rgb[3 * i + 2]).isBetween(36f, 44f);
        }
    }

    @Test
    void lowerQualityLosesMore() {
        assertThat(loss(60)).isGreaterThan(loss(95)).isLessThan(80);
        assertThat(loss(95)).isPositive();
    }

    /** Mean distance of noise from what is left of it. */
    private static double loss(int quality) {
        Picture noise = TestPictures.noise(SIDE, SIDE, 1);
        Raster raster = new Raster(SIDE, SIDE);
        for (int i = 0; i < raster.rgb.length; i++) {
            raster.rgb[i] = noise.rgb()[i] & 0xff;
        }
        JpegArtefacts.apply(raster, quality);
        double sum = 0;
        for (int i = 0; i < raster.rgb.length; i++) {
            sum += Math.abs(raster.rgb[i] - (noise.rgb()[i] & 0xff)) / raster.rgb.length;
        }
        return sum;
    }
}
