package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Resampling;
import io.vitrail.vit.training.CropSampler.Crop;
import io.vitrail.vit.training.CropSampler.Filter;
import io.vitrail.vit.training.CropSampler.Raster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CropSamplerTest {
    private final CropSampler sampler = new CropSampler();

    @ParameterizedTest
    @CsvSource({"BILINEAR, 13, 7", "BILINEAR, 40, 51", "BICUBIC, 13, 7", "BICUBIC, 40, 51", "BOX, 40, 51"})
    void resizesAsPillowDoesAwayFromTheEdges(Filter filter, int width, int height) {
        Picture picture = TestPictures.noise(31, 23, 5);
        for (int i = 0; i < picture.rgb().length; i++) {
            picture.rgb()[i] = (byte) (64 + (picture.rgb()[i] & 0x7f)); // far from 0 and 255, where Pillow clips
        }
        Raster raster = new Raster(width, height);
        sampler.resample(picture, Crop.whole(picture), filter, 1, raster);
        byte[] pillow = PillowResize.to(width, height, Resampling.valueOf(filter.name()))
                .apply(picture.pixels())
                .samples();
        for (int y = height / 4; y < height - height / 4; y++) {
            for (int i = 3 * (y * width + width / 4); i < 3 * (y * width + width - width / 4); i++) {
                assertThat(raster.rgb[i]).as("row %d, sample %d", y, i).isCloseTo(pillow[i] & 0xff, within(2f));
            }
        }
    }

    @Test
    void outsideThePictureLiesItsMirrorImage() {
        Picture picture = TestPictures.noise(8, 6, 5);
        Raster raster = new Raster(24, 6);
        sampler.resample(picture, new Crop(-8, 0, 24, 6), Filter.BOX, 1, raster);
        for (int x = 0; x < 8; x++) {
            float inside = picture.rgb()[3 * (7 - x)] & 0xff;
            assertThat(raster.rgb[3 * x]).isEqualTo(inside);
            assertThat(raster.rgb[3 * (16 + x)]).isEqualTo(inside);
        }
    }

    @Test
    void whateverTheCropAPlainColourStaysPlain() {
        Picture picture = TestPictures.plain(9, 14, 10, 200, 90);
        for (Filter filter : Filter.values()) {
            Raster raster = new Raster(5, 5);
            sampler.resample(picture, new Crop(-3.7, 2.2, 15.1, 8.8), filter, 2.3, raster);
            Raster larger = new Raster(11, 7);
            sampler.resample(raster, filter, 1, larger);
            for (int i = 0; i < larger.rgb.length; i++) {
                float expected = new float[] {10, 200, 90}[i % 3];
                assertThat(larger.rgb[i]).isCloseTo(expected, within(1e-3f));
            }
        }
    }

    @Test
    void softnessTakesContrastAway() {
        Picture picture = TestPictures.noise(20, 20, 1);
        Raster sharp = new Raster(20, 20);
        Raster soft = new Raster(20, 20);
        sampler.resample(picture, Crop.whole(picture), Filter.BILINEAR, 1, sharp);
        sampler.resample(picture, Crop.whole(picture), Filter.BILINEAR, 2.5, soft);
        assertThat(variance(soft.rgb)).isLessThan(variance(sharp.rgb) / 4);
    }

    private static double variance(float[] values) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += value * value;
        }
        return squares / values.length - Math.pow(sum / values.length, 2);
    }
}
