package io.vitrail.vit.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.Grid;
import io.vitrail.vit.TokenAxis;
import io.vitrail.vit.image.Image;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a map is drawn over a photo. */
class HeatOverlayTest {
    private static final int WIDTH = 50;
    private static final int HEIGHT = 30;
    /** Two rows of three places of 10 × 10 pixels, over the photo's columns 10 to 40 and rows 5 to 25. */
    private static final HeatMap MAP =
            new HeatMap(new Grid(2, 3), new TokenAxis(10, 10, 5, 25), new TokenAxis(15, 10, 10, 40), new float[] {
                0, 0.25f, 1, 0, 0, 0
            });

    @TempDir
    private Path folder;

    private static Image photo(int grey) {
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        Arrays.fill(rgb, (byte) grey);
        return Image.fromPixels(rgb, WIDTH, HEIGHT);
    }

    private static int[] pixel(Image image, int x, int y) {
        byte[] rgb = image.pixels().samples();
        int at = 3 * (y * image.width() + x);
        return new int[] {rgb[at] & 0xFF, rgb[at + 1] & 0xFF, rgb[at + 2] & 0xFF};
    }

    @Test
    void isAsLargeAsThePhoto() {
        Image overlay = HeatOverlay.of(photo(100), MAP).image();
        assertThat(overlay.width()).isEqualTo(WIDTH);
        assertThat(overlay.height()).isEqualTo(HEIGHT);
    }

    @Test
    void whatTheModelDidntSeeIsDimmed() {
        Image overlay = HeatOverlay.of(photo(100), MAP).image();
        for (int[] outside : new int[][] {{9, 10}, {40, 10}, {20, 4}, {20, 25}, {0, 0}, {49, 29}}) {
            assertThat(pixel(overlay, outside[0], outside[1])).containsExactly(35, 35, 35);
        }
        for (int[] inside : new int[][] {{10, 10}, {39, 10}, {20, 5}, {20, 24}}) {
            assertThat(pixel(overlay, inside[0], inside[1])).isNotEqualTo(new int[] {35, 35, 35});
        }
    }

    @Test
    void theStrongestPlaceHasTheLightestColourAtItsMiddle() {
        Image overlay = HeatOverlay.of(photo(0), MAP).image();
        byte[] colours = ColourMap.rgb();
        int[] hottest = pixel(overlay, 37, 7); // its middle is at 35, 10; up to the border it stays the same
        for (int c = 0; c < 3; c++) {
            assertThat(hottest[c]).isCloseTo((int) Math.round(0.75 * (colours[765 + c] & 0xFF)), within(1));
        }
        assertThat(pixel(overlay, 35, 8)).isEqualTo(hottest);
        assertThat(pixel(overlay, 33, 8)[0]).isLessThan(hottest[0]);
        assertThat(pixel(overlay, 37, 12)[0]).isLessThan(hottest[0]);
    }

    @Test
    void betweenMiddlesStrengthsAreInterpolated() {
        assertThat(MAP.strengths()).containsExactly(0, 0.5f, 1, 0, 0, 0);
        Image overlay = HeatOverlay.of(photo(0), MAP).image();
        int colour =
                3 * Math.round(255 * 0.775f); // at x = 30.5, above the first row's middle: half and a bit of the way
        double opacity = 0.2 + 0.775 * 0.55;
        int[] between = pixel(overlay, 30, 7);
        for (int c = 0; c < 3; c++) {
            int expected = (int) Math.round(opacity * (ColourMap.rgb()[colour + c] & 0xFF));
            assertThat(between[c]).isCloseTo(expected, within(1));
        }
    }

    @Test
    void alikeValuesAreNoHeatAnywhere() {
        HeatMap flat = new HeatMap(MAP.grid(), MAP.rows(), MAP.columns(), new float[] {2, 2, 2, 2, 2, 2});
        assertThat(flat.strengths()).containsOnly(0);
        assertThat(flat.least()).isEqualTo(2);
        assertThat(flat.greatest()).isEqualTo(2);
    }

    @Test
    void aMapOfAnotherPhotoIsRefused() {
        Image small = Image.fromPixels(new byte[3 * 30 * 30], 30, 30);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeatOverlay.of(small, MAP))
                .withMessage("The map is of a photo of at least 25 × 40 pixels (height × width), not 30 × 30.");
    }

    @Test
    void savesAPngWithTheSamePixels() {
        HeatOverlay overlay = HeatOverlay.of(photo(180), MAP);
        Path file = folder.resolve("heat.png");
        overlay.save(file);
        assertThat(Image.fromFile(file)).isEqualTo(overlay.image());
        overlay.save(file); // replaces it
        assertThatThrownBy(() -> overlay.save(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("can't be written");
    }
}
