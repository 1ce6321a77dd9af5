package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTest {
    /** 2 x 1: red, and a colour with different samples. */
    private static final Image TWO = Image.fromPixels(new byte[] {(byte) 255, 0, 0, 10, 20, (byte) 200}, 2, 1);

    static List<Golden> goldens() {
        return Golden.all("decode_image");
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void pixelsEqualPillows(Golden golden) {
        Image image = Image.fromFile(golden.pictures().get(0));
        assertThat(Golden.numbers(image.pixels()))
                .containsExactly(golden.expected("pixels"), within((float) golden.tolerance()));
    }

    @Test
    void everySourceGivesTheSamePicture() throws IOException {
        Path file = Golden.resource("goldens/decode_image/files/photo.png");
        byte[] bytes = Files.readAllBytes(file);
        Image image = Image.fromFile(file);
        assertThat(Image.fromBytes(bytes)).isEqualTo(image);
        assertThat(Image.fromStream(new ByteArrayInputStream(bytes))).isEqualTo(image);
        assertThat(Image.fromUri(file.toUri())).isEqualTo(image);
        assertThat(Image.fromPixels(image.pixels().samples(), image.width(), image.height()))
                .isEqualTo(image);
    }

    @Test
    void pixelsAreCopied() {
        byte[] rgb = {1, 2, 3};
        Image image = Image.fromPixels(rgb, 1, 1);
        rgb[0] = 99;
        image.pixels().samples()[1] = 99;
        assertThat(image.pixels().samples()).containsExactly(1, 2, 3);
    }

    @Test
    void theNumberOfSamplesMustFit() {
        assertThatThrownBy(() -> Image.fromPixels(new byte[5], 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("5 samples don't make 2 x 1 pixels of 3 channels: that takes 6.");
        assertThatThrownBy(() -> Image.fromPixels(new byte[0], 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Width (0) and height (1) must be positive.");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_INT_BGR,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR
            })
    void desktopPicturesKeepTheirColours(int type) {
        BufferedImage image = new BufferedImage(2, 1, type);
        image.setRGB(0, 0, Color.RED.getRGB());
        image.setRGB(1, 0, new Color(10, 20, 200).getRGB());
        assertThat(Image.fromBufferedImage(image)).isEqualTo(TWO);
    }

    @Test
    void desktopGreyIsNotBrightened() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, 2, 1, new int[] {50, 130});
        assertThat(Image.fromBufferedImage(image).pixels().samples()).containsExactly(50, 50, 50, 130, 130, 130);
    }

    @Test
    void desktopPicturesOf16BitsAreRefused() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        assertThatThrownBy(() -> Image.fromBufferedImage(image))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A picture of 16 bits a sample is not supported; convert it to 8.");
    }

    @Test
    void matricesAreBlueFirst() {
        try (BytePointer bgra = new BytePointer(new byte[] {0, 0, (byte) 255, 7, (byte) 200, 20, 10, 7});
                BytePointer grey = new BytePointer(new byte[] {5, 6});
                Mat colour = new Mat(1, 2, 24, bgra);
                Mat single = new Mat(1, 2, 0, grey);
                Mat wide = new Mat(1, 1, 2, bgra)) {
            assertThat(Image.fromMat(colour)).isEqualTo(TWO);
            assertThat(Image.fromMat(single).pixels().samples()).containsExactly(5, 5, 5, 6, 6, 6);
            assertThatThrownBy(() -> Image.fromMat(wide))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("A matrix of 1 channels and OpenCV depth 2 is not supported;");
        }
    }

    /** Rows of a part of a larger matrix don't lie side by side. */
    @Test
    void matricesMayHaveGaps() {
        byte[] samples = new byte[5 * 4];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) i;
        }
        try (BytePointer pointer = new BytePointer(samples);
                Mat whole = new Mat(4, 5, 0, pointer);
                Mat columns = whole.colRange(1, 3);
                Mat part = columns.rowRange(1, 3)) {
            assertThat(Image.fromMat(part).pixels().to(PixelMode.GREY).samples())
                    .containsExactly(6, 7, 11, 12);
        }
    }

    /** 3 x 2 pixels with their numbers, stored in each of EXIF's ways. */
    @ParameterizedTest
    @EnumSource(Orientation.class)
    void orientationsStandUpright(Orientation orientation) {
        byte[] stored =
                switch (orientation) {
                    case UNKNOWN, UPRIGHT -> new byte[] {1, 2, 3, 4, 5, 6};
                    case MIRRORED -> new byte[] {3, 2, 1, 6, 5, 4};
                    case UPSIDE_DOWN -> new byte[] {6, 5, 4, 3, 2, 1};
                    case FLIPPED -> new byte[] {4, 5, 6, 1, 2, 3};
                    case TRANSPOSED -> new byte[] {1, 4, 2, 5, 3, 6};
                    case TURN_CLOCKWISE -> new byte[] {3, 6, 2, 5, 1, 4};
                    case TRANSVERSED -> new byte[] {6, 3, 5, 2, 4, 1};
                    case TURN_COUNTERCLOCKWISE -> new byte[] {4, 1, 5, 2, 6, 3};
                };
        int width = orientation.swapsSides() ? 2 : 3;
        Pixels upright = orientation.apply(Pixels.of(PixelMode.GREY, stored, width, 6 / width));
        assertThat(upright).isEqualTo(Pixels.of(PixelMode.GREY, new byte[] {1, 2, 3, 4, 5, 6}, 3, 2));
    }

    @Test
    void modesConvertAsInPillow() {
        Pixels colour = Pixels.of(PixelMode.RGBA, new byte[] {10, 20, 30, 40}, 1, 1);
        assertThat(colour.to(PixelMode.RGB).samples()).containsExactly(10, 20, 30);
        assertThat(colour.to(PixelMode.GREY).samples()).containsExactly(18);
        assertThat(colour.to(PixelMode.GREY_ALPHA).samples()).containsExactly(18, 40);
        assertThat(colour.to(PixelMode.GREY).to(PixelMode.RGBA).samples()).containsExactly(18, 18, 18, 255);
        assertThatThrownBy(() -> PixelMode.of("CMYK"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Pixel mode 'CMYK' is not supported; supported are L, LA, RGB and RGBA.");
    }
}
