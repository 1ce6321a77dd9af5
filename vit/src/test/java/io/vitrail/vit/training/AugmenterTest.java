package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.training.Seeds;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Resampling;
import java.util.List;
import org.junit.jupiter.api.Test;

class AugmenterTest {
    /** Only the whole picture, squeezed; half of them mirrored. */
    private static final Augmentation NOTHING = new Augmentation(1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0);

    private final Augmenter augmenter = new Augmenter(8, Normalization.SYMMETRIC);

    @Test
    void withoutVariationThePixelsAreThoseOfInference() {
        Picture picture = TestPictures.noise(32, 24, 3);
        float[] pixels = pixels(picture, NOTHING, 0);
        boolean found = false;
        for (Resampling filter : new Resampling[] {Resampling.BILINEAR, Resampling.BICUBIC}) {
            byte[] square =
                    PillowResize.to(8, 8, filter).apply(picture.pixels()).samples();
            found |= close(pixels, square, false) || close(pixels, square, true);
        }
        assertThat(found).isTrue();
    }

    /** Compares the middle: at the edges Pillow cuts the filter off, where we mirror the picture. */
    private static boolean close(float[] pixels, byte[] square, boolean mirrored) {
        for (int y = 2; y < 6; y++) {
            for (int x = 2; x < 6; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    float ours = pixels[channel * 64 + y * 8 + x];
                    float theirs = (square[3 * (y * 8 + (mirrored ? 7 - x : x)) + channel] & 0xff) / 127.5f - 1;
                    if (Math.abs(ours - theirs) > 0.02) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    @Test
    void theSameRandomNumbersGiveTheSamePixels() {
        Picture picture = TestPictures.noise(32, 24, 3);
        Augmentation how = Augmentation.ofPhotos();
        assertThat(pixels(picture, how, 5)).isEqualTo(pixels(picture, how, 5)).isNotEqualTo(pixels(picture, how, 6));
    }

    @Test
    void everyVariationStaysInRange() {
        Picture picture = TestPictures.noise(13, 29, 3);
        Augmentation much = new Augmentation(0.1, 3, 2, 0, 0.7, 2, 0.5, 0.5, 0.5, 0.6, 0.3, 0.5);
        for (int i = 0; i < 300; i++) {
            for (float value : pixels(picture, much, i)) {
                assertThat(value).isBetween(-1.0001f, 1.0001f);
            }
        }
    }

    @Test
    void normalisesByMeanAndDeviation() {
        Normalization normalization = new Normalization(List.of(0.2, 0.4, 0.6), List.of(0.5, 0.25, 0.1));
        float[] target = new float[12];
        normalization.toPlanes(new float[] {51, 102, 153, 255, 255, 255, 0, 0, 0, 51, 51, 51}, false, 2, target, 0);
        assertThat(target)
                .containsExactly(new float[] {0, 1.6f, -0.4f, 0, 0, 2.4f, -1.6f, -0.8f, 0, 4, -6, -4}, within(1e-5f));
    }

    @Test
    void impossibleRangesAreRefused() {
        assertThatThrownBy(() -> new Augmentation(0.5, 0.3, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("areas of crops (0.5 to 0.3) must be positive, the smaller one first");
    }

    @Test
    void onABackdropThePictureIsSmallerAndTheRestShowsTheBackdrop() {
        Augmentation always = new Augmentation(1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0);
        float[] pixels = new float[3 * 64];
        for (int seed = 0; seed < 50; seed++) {
            Picture white = TestPictures.plain(32, 24, 255, 255, 255);
            List<Picture> black = List.of(TestPictures.plain(40, 30, 0, 0, 0));
            augmenter.apply(one(white, always).over(black), 0, Seeds.random(seed, 0, 0), pixels, 0);
            double shown = 0;
            for (float value : pixels) {
                shown += (value + 1) / 2 / pixels.length;
            }
            assertThat(shown).as("part of the square that shows the picture").isBetween(0.05, 0.82);
        }
    }

    @Test
    void sharpIsWhatFillsTheSquareWithMorePixelsThanAThumbnailHas() {
        Augmentation coarse = new Augmentation(1, 1, 1, 1, 1, 20, 0, 0, 0, 0, 0, 0);
        Augmentation pasted = new Augmentation(1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0);
        Picture photo = TestPictures.noise(90, 70, 1);
        assertThat(isSharp(64, photo, NOTHING)).isTrue();
        assertThat(isSharp(32, photo, NOTHING)).isFalse();
        assertThat(isSharp(64, TestPictures.noise(32, 32, 1), NOTHING)).isFalse();
        assertThat(isSharp(64, photo, pasted)).isFalse();
        assertThat(isSharp(40, photo, coarse)).isFalse();
    }

    private static boolean isSharp(int side, Picture picture, Augmentation how) {
        TrainingSet set = one(picture, how).over(List.of(TestPictures.noise(20, 30, 3)));
        float[] pixels = new float[3 * side * side];
        return new Augmenter(side, Normalization.SYMMETRIC).apply(set, 0, Seeds.random(1, 0, 0), pixels, 0);
    }

    private float[] pixels(Picture picture, Augmentation how, int seed) {
        float[] pixels = new float[3 * 64];
        List<Picture> backdrops = List.of(TestPictures.noise(20, 30, 3));
        augmenter.apply(one(picture, how).over(backdrops), 0, Seeds.random(seed, 0, 0), pixels, 0);
        return pixels;
    }

    private static TrainingSet one(Picture picture, Augmentation how) {
        return new TrainingSet(new PictureSet("one", List.of(picture), List.of(0)), 1, how);
    }
}
