package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.training.Seeds;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Resampling;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandardAugmentationTest {
    private static final int SIDE = 16;
    private static final ResizedCrop WHOLE = ResizedCrop.defaults().withArea(1, 1);
    private static final Picture PICTURE = TestPictures.noise(40, 40, 7);

    @Test
    void withoutVariationItIsTheResizedPicture() {
        StandardAugmentation nothing = StandardAugmentation.defaults()
                .withCrop(new ResizedCrop(1, 1, 1, 1, Resampling.BICUBIC))
                .withMirror(0);
        Picture resized =
                Picture.of(PillowResize.to(SIDE, SIDE, Resampling.BICUBIC).apply(PICTURE.pixels()));
        assertThat(nothing.square(PICTURE, SIDE, Seeds.random(1, 0, 0)).rgb()).isEqualTo(resized.rgb());
    }

    @Test
    void mirroringSwapsLeftAndRightOfEachRow() {
        Picture picture = TestPictures.noise(5, 3, 1);
        Picture mirrored = picture.mirrored();
        for (int i = 0; i < picture.rgb().length; i++) {
            int x = i / 3 % 5;
            assertThat(mirrored.rgb()[i]).isEqualTo(picture.rgb()[i + 3 * (4 - 2 * x)]);
        }
    }

    @Test
    void itIsMirroredAsOftenAsSaid() {
        StandardAugmentation rarely = StandardAugmentation.defaults()
                .withCrop(new ResizedCrop(1, 1, 1, 1, Resampling.BILINEAR))
                .withMirror(0.25);
        byte[] plain = rarely.withMirror(0)
                .square(PICTURE, SIDE, Seeds.random(0, 0, 0))
                .rgb();
        int mirrored = 0;
        for (int i = 0; i < 1000; i++) {
            mirrored += Arrays.equals(
                            plain,
                            rarely.square(PICTURE, SIDE, Seeds.random(1, 0, i)).rgb())
                    ? 0
                    : 1;
        }
        assertThat(mirrored).isBetween(200, 300);
    }

    @Test
    void allTogetherDependsOnTheRandomNumbersAlone() {
        for (Policy policy : List.of(new RandAugment(2, 30), new TrivialAugment())) {
            StandardAugmentation all = StandardAugmentation.defaults()
                    .withPolicy(policy)
                    .withJitter(new ColourJitter(0.4, 0.4, 0.4, 0.1))
                    .withErasing(Erasing.of(1).withFill(Erasing.Fill.NOISE));
            Set<Integer> different = new HashSet<>();
            for (int i = 0; i < 50; i++) {
                float[] pixels = pixels(all, i);
                assertThat(pixels).isEqualTo(pixels(all, i));
                different.add(Arrays.hashCode(pixels));
            }
            assertThat(different).hasSize(50);
        }
    }

    @Test
    void sharpIsWhatHasMorePixelsThanAThumbnail() {
        assertThat(isSharp(64, TestPictures.noise(90, 70, 1))).isTrue();
        assertThat(isSharp(32, TestPictures.noise(90, 70, 1))).isFalse();
        assertThat(isSharp(64, TestPictures.noise(32, 32, 1))).isFalse();
    }

    private static boolean isSharp(int side, Picture picture) {
        PictureSet one = new PictureSet("one", List.of(picture), List.of(0));
        TrainingSet set = new TrainingSet(one, 1, StandardAugmentation.defaults());
        float[] pixels = new float[3 * side * side];
        return new Augmenter(side, Normalization.SYMMETRIC).apply(set, 0, Seeds.random(1, 0, 0), pixels, 0);
    }

    @Test
    void thePictureThatIsGivenStaysAsItIs() {
        Picture picture = TestPictures.noise(SIDE, SIDE, 3);
        byte[] before = picture.rgb().clone();
        StandardAugmentation all = StandardAugmentation.defaults()
                .withCrop(WHOLE)
                .withPolicy(new RandAugment(3, 20))
                .withJitter(new ColourJitter(1, 1, 1, 0.5));
        for (int i = 0; i < 200; i++) {
            all.square(picture, SIDE, Seeds.random(2, 0, i));
        }
        assertThat(picture.rgb()).isEqualTo(before);
    }

    @Test
    void anErasedRectangleHasTheAreaAndTheRatioThatWereSaid() {
        Erasing erasing = new Erasing(1, 0.1, 0.2, 0.5, 2, Erasing.Fill.ZERO);
        int side = 50;
        double areas = 0;
        for (int i = 0; i < 200; i++) {
            float[] planes = new float[2 + 3 * side * side];
            Arrays.fill(planes, 1);
            erasing.apply(planes, 2, side, Seeds.random(3, 0, i));
            int erased = 0;
            for (int j = 2; j < 2 + side * side; j++) {
                erased += planes[j] == 0 ? 1 : 0;
                assertThat(planes[j + side * side]).isEqualTo(planes[j]);
                assertThat(planes[j + 2 * side * side]).isEqualTo(planes[j]);
            }
            assertThat(planes[0] + planes[1]).isEqualTo(2);
            assertThat(erased / (double) (side * side)).isBetween(0.085, 0.215);
            areas += erased / (200.0 * side * side);
        }
        assertThat(areas).isCloseTo(0.15, within(0.01));
    }

    @Test
    void nothingIsErasedWhereNoRectangleFits() {
        float[] planes = {1, 2, 3};
        Erasing.of(1).apply(planes, 0, 1, Seeds.random(1, 0, 0));
        assertThat(planes).containsExactly(1, 2, 3);
    }

    @Test
    void erasingIsAsRareAsSaid() {
        int erased = 0;
        for (int i = 0; i < 1000; i++) {
            float[] planes = new float[3 * 400];
            Arrays.fill(planes, 1);
            Erasing.of(0.25).apply(planes, 0, 20, Seeds.random(4, 0, i));
            erased += mean(planes) < 1 ? 1 : 0;
        }
        assertThat(erased).isBetween(200, 300);
    }

    @Test
    void noiseIsNormallyDistributed() {
        float[] planes = new float[3 * 400 * 400];
        new Erasing(1, 0.9, 0.9, 1, 1, Erasing.Fill.NOISE).apply(planes, 0, 400, Seeds.random(5, 0, 0));
        double squares = 0;
        for (float value : planes) {
            squares += value * value / planes.length;
        }
        assertThat(mean(planes)).isCloseTo(0, within(0.01));
        assertThat(squares).isCloseTo(0.9, within(0.02));
    }

    @Test
    void impossibleRangesAreRefused() {
        assertThatThrownBy(() -> new ColourJitter(0, -0.1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a change of colours must not be negative, nor without bound: -0.1");
        assertThatThrownBy(() -> new ColourJitter(0, 0, 0, 0.6))
                .hasMessage("the change of hue must be in [0, 0.5], not 0.6");
        assertThatThrownBy(() -> new RandAugment(2, 31)).hasMessage("the magnitude must be 0 to 30, not 31");
        assertThatThrownBy(() -> new RandAugment(-1, 3)).hasMessage("operations must be 0 to 100, not -1");
        assertThatThrownBy(() -> Erasing.of(Double.NaN)).hasMessage("the probability must be in [0, 1], not NaN");
        assertThatThrownBy(() -> WHOLE.withArea(0.5, 1.5))
                .hasMessage("areas of crops (0.5 to 1.5) must be above 0 and at most 1, the smaller one first");
        assertThatThrownBy(() -> new ResizedCrop(1, 1, 2, 1, Resampling.BOX))
                .hasMessage("ratios of crops (2.0 to 1.0) must be positive, the smaller one first");
        assertThatThrownBy(() -> StandardAugmentation.defaults().withMirror(2))
                .hasMessage("the probability of a mirror image must be in [0, 1], not 2.0");
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static float[] pixels(StandardAugmentation how, int seed) {
        TrainingSet set = new TrainingSet(new PictureSet("one", List.of(PICTURE), List.of(0)), 1, how);
        float[] pixels = new float[3 * SIDE * SIDE];
        new Augmenter(SIDE, Normalization.SYMMETRIC).apply(set, 0, Seeds.random(seed, 0, 0), pixels, 0);
        return pixels;
    }
}
