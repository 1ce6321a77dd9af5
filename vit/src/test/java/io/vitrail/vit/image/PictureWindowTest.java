package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a resized picture only the part that a crop keeps is computed, and that part is the same. */
class PictureWindowTest {
    private static final Pixels NOISE = PillowResizeTest.noise(PixelMode.RGB, 23, 57);

    @TempDir
    private Path folder;

    /** Smaller and larger, columns first and rows first, one axis alone, none. */
    @ParameterizedTest
    @EnumSource(Resampling.class)
    void aWindowIsTheCropOfTheWhole(Resampling filter) {
        for (int width : new int[] {9, 23, 40}) {
            for (int height : new int[] {7, 40, 57, 80}) {
                assertWindow(PillowResize.to(width, height, filter), NOISE, new Window(3, 2, 5, 4));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Resampling.class)
    void windowsFitBoxesAlphaAndReducing(Resampling filter) {
        Pixels picture = PillowResizeTest.noise(PixelMode.RGBA, 61, 47);
        Window window = new Window(0, 3, 6, 8);
        PillowResize resize = PillowResize.to(13, 11, filter);
        assertWindow(resize.withBox(new Box(2.5, 3.25, 60, 46.5)), picture, window);
        assertWindow(resize.withBox(new Box(5, 7, 18, 40)), picture, window);
        assertWindow(resize.withReducingGap(1.5), picture, window);
    }

    private static void assertWindow(PillowResize resize, Pixels picture, Window window) {
        Pixels whole = resize.apply(picture);
        assertThat(resize.apply(picture, window))
                .isEqualTo(whole.crop(window.left(), window.top(), window.width(), window.height()));
    }

    /** Resized as a whole, they would have 13,440,000 x 224 pixels: more than an array of Java can hold. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLIPImageProcessor",
                "BitImageProcessor",
                "ConvNextImageProcessor",
                "DINOv3ViTImageProcessorFast"
            })
    void theLongestPicturesCanBeCropped(String type) throws IOException {
        ImageProcessor processor = load("{'image_processor_type': '" + type + "', 'size': {'shortest_edge': 224},"
                + " 'do_center_crop': true, 'crop_size': 224, 'do_normalize': false, 'rescale_factor': 1.0}");
        byte[] rgb = new byte[3 * 60_000];
        Arrays.fill(rgb, 3 * 29_990, 3 * 30_010, (byte) 99); // the crop sees one pixel of the middle
        float[] grey = new float[3 * 224 * 224];
        Arrays.fill(grey, 99);
        assertThat(processor.pixels(Image.fromPixels(rgb, 1, 60_000))).isEqualTo(grey);
        assertThat(processor.pixels(Image.fromPixels(rgb, 60_000, 1))).isEqualTo(grey);
    }

    @Test
    void whatIsTooLongEvenForThatIsRefused() throws IOException {
        ImageProcessor processor = load("{'image_processor_type': 'CLIPImageProcessor', 'size': 300000}");
        Image image = Image.fromPixels(new byte[3 * 8000], 8000, 1);
        assertThatThrownBy(() -> processor.pixels(image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "A picture of 1 x 8000 pixels (height x width) is too long to get a shortest edge of 300000.");
    }

    /** The larger part of odd padding goes before NumPy arrays, and behind PyTorch tensors. */
    @ParameterizedTest
    @CsvSource({"BEFORE, -2, 1", "AFTER, -1, 1"})
    void aCropMayBeLargerThanThePicture(CentreCrop.Surplus surplus, int left, int top) {
        SizeRule.Size picture = new SizeRule.Size(7, 4);
        Window frame = new CentreCrop(4, 7, surplus).of(picture);
        assertThat(frame).isEqualTo(new Window(left, top, 7, 4));
        assertThat(frame.within(picture)).isEqualTo(new Window(0, 1, 4, 4));
    }

    private ImageProcessor load(String json) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), json.replace('\'', '"'));
        return ImageProcessor.load(folder);
    }
}
