package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.training.Seeds;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Resampling;
import io.vitrail.vit.training.ResizedCrop.Part;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ResizedCropTest {
    private static final ResizedCrop USUAL = ResizedCrop.defaults();

    /** Means of 60,000 draws of torchvision's get_params (seed 0) for a picture of 300 x 200 pixels. */
    @Test
    void drawsAsTorchvisionDoes() {
        int draws = 20_000;
        double area = 0;
        double ratio = 0;
        double left = 0;
        double top = 0;
        for (int i = 0; i < draws; i++) {
            Part part = USUAL.draw(300, 200, Seeds.random(1, 0, i));
            area += part.width() * part.height() / 60_000.0 / draws;
            ratio += Math.log(part.width() / (double) part.height()) / draws;
            left += part.left() / (double) draws;
            top += part.top() / (double) draws;
        }
        assertThat(area).isCloseTo(0.3902, within(0.006));
        assertThat(ratio).isCloseTo(0.0303, within(0.005));
        assertThat(left).isCloseTo(74.26, within(1.2));
        assertThat(top).isCloseTo(27.23, within(0.8));
    }

    @Test
    void everyPartLiesWithinThePictureAndHasAnAllowedRatio() {
        for (int i = 0; i < 2000; i++) {
            Part part = USUAL.draw(90, 61, Seeds.random(2, 0, i));
            assertThat(part.left()).isBetween(0, 90 - part.width());
            assertThat(part.top()).isBetween(0, 61 - part.height());
            assertThat((part.width() + 0.5) / (part.height() - 0.5)).isGreaterThan(0.75);
            assertThat((part.width() - 0.5) / (part.height() + 0.5)).isLessThan(4 / 3.0);
        }
    }

    /** What get_params gives for them. */
    @Test
    void whereNothingFitsItTakesTheMiddle() {
        SplittableRandom random = Seeds.random(3, 0, 0);
        ResizedCrop all = USUAL.withArea(1, 1);
        assertThat(all.draw(2, 100, random)).isEqualTo(new Part(0, 48, 2, 3));
        assertThat(all.draw(100, 3, random)).isEqualTo(new Part(48, 0, 4, 3));
        assertThat(all.draw(1, 1, random)).isEqualTo(new Part(0, 0, 1, 1));
    }

    /** As if the part were a picture of its own: what lies beside it doesn't shine in. */
    @Test
    void resizesThePartAlone() {
        Picture picture = TestPictures.noise(30, 30, 4);
        Part part = USUAL.draw(30, 30, Seeds.random(4, 0, 0));
        Picture cut = picture.cut(part.left(), part.top(), part.width(), part.height());
        for (int x = 0; x < part.width(); x++) {
            int source = 3 * (part.top() * 30 + part.left() + x);
            assertThat(cut.rgb()[3 * x]).isEqualTo(picture.rgb()[source]);
        }
        byte[] expected =
                PillowResize.to(12, 12, Resampling.BILINEAR).apply(cut.pixels()).samples();
        assertThat(USUAL.apply(picture, 12, Seeds.random(4, 0, 0)).rgb()).isEqualTo(expected);
    }
}
