package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.Resources;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting of a reader, and that the others stay as they are. */
class ImageReaderTest {
    private static final String VARIANTS = "goldens/decode_image/variants/";
    private static final Path PHOTO = Resources.path("/images/chelsea.jpg");

    static List<Golden> goldens() {
        return Golden.all("decode_over");
    }

    /** The recipe's colour. */
    @ParameterizedTest
    @MethodSource("goldens")
    void transparencyIsLaidOverTheBackgroundAsPillowDoes(Golden golden) {
        ImageReader reader = ImageReader.DEFAULT.withBackground(0x336699).withWideGrey(WideGrey.SCALED);
        Image image = reader.fromFile(golden.pictures().get(0));
        assertThat(Golden.numbers(image.pixels()))
                .containsExactly(golden.expected("pixels"), within((float) golden.tolerance()));
    }

    /** A PNG may name one grey value that is transparent; 2 of 0 to 3 here. (Pillow looks for a 2 of 0 to 255.) */
    @Test
    void aGreyValueMayBeTransparent() {
        Image without = read(ImageReader.DEFAULT, "grey2_transparent.png");
        Image over = read(ImageReader.DEFAULT.withBackground(0x336699), "grey2_transparent.png");
        byte[] expected = without.pixels().samples();
        for (int i = 0; i < expected.length; i += 3) {
            if ((expected[i] & 0xFF) == 2 * 255 / 3) {
                System.arraycopy(new byte[] {0x33, 0x66, (byte) 0x99}, 0, expected, i, 3);
            }
        }
        assertThat(over.pixels().samples())
                .isEqualTo(expected)
                .isNotEqualTo(without.pixels().samples());
    }

    /** Of 16 bits, only the very value is transparent: its neighbours with the same upper byte are not. */
    @Test
    void aGreyValueOf16BitsMayBeTransparent() {
        ImageReader reader = ImageReader.DEFAULT.withWideGrey(WideGrey.SCALED);
        byte[] without = read(reader, "grey16_transparent.png").pixels().samples();
        byte[] over = read(reader.withBackground(0xFF0000), "grey16_transparent.png")
                .pixels()
                .samples();
        int changed = (int) IntStream.range(0, without.length / 3)
                .filter(i -> without[3 * i + 1] != over[3 * i + 1])
                .count();
        assertThat(changed).isEqualTo(1);
        assertThat(over[3 * (2 * 13 + 3)]).isEqualTo((byte) 255);
    }

    @Test
    void wideGreyIsClippedOrScaled() {
        Image clipped = read(ImageReader.DEFAULT, "grey16.tif");
        Image scaled = read(ImageReader.DEFAULT.withWideGrey(WideGrey.SCALED), "grey16.tif");
        for (int i = 0; i < clipped.pixels().samples().length; i++) {
            int shown = scaled.pixels().samples()[i];
            assertThat(shown).isBetween(0, 2);
            if (shown > 0) {
                assertThat(clipped.pixels().samples()[i]).isEqualTo((byte) 255);
            }
        }
        assertThat(WideGrey.SCALED.narrow(0xFFF, 12)).isEqualTo((byte) 255);
    }

    /** Samples of more than 8 bits, where 0 is white: Pillow takes them as plain numbers, a viewer inverts them. */
    @Test
    void wideGreyIsInvertedWhereItIsScaled() throws IOException {
        byte[] blackIsZero = TiffFixture.file("grey16.tif");
        byte[] whiteIsZero = TiffFixture.with(blackIsZero, TiffFixture.PHOTOMETRIC, 0);
        assertThat(Image.fromBytes(whiteIsZero)).isEqualTo(Image.fromBytes(blackIsZero));
        ImageReader reader = ImageReader.DEFAULT.withWideGrey(WideGrey.SCALED);
        byte[] inverted = reader.fromBytes(whiteIsZero).pixels().samples();
        byte[] expected = reader.fromBytes(blackIsZero).pixels().samples();
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) (255 - expected[i]);
        }
        assertThat(inverted).isEqualTo(expected);
    }

    /** The photo has 451 x 300 pixels; sides are rounded up. */
    @ParameterizedTest
    @CsvSource({"1, 57, 38", "37, 57, 38", "38, 113, 75", "75, 113, 75", "76, 226, 150", "151, 451, 300"})
    void jpegsAreDecodedAtAFractionThatKeepsTheSide(int side, int width, int height) {
        Image image = ImageReader.DEFAULT.withJpegSide(side).fromFile(PHOTO);
        assertThat(image.width()).isEqualTo(width);
        assertThat(image.height()).isEqualTo(height);
    }

    @Test
    void aSmallerJpegIsTheSamePicture() {
        Pixels half = ImageReader.DEFAULT.withJpegSide(150).fromFile(PHOTO).pixels();
        Pixels whole = Image.fromFile(PHOTO).pixels();
        Pixels resized =
                PillowResize.to(half.width(), half.height(), Resampling.BOX).apply(whole);
        float[] expected = Golden.numbers(resized);
        float[] actual = Golden.numbers(half);
        double difference = IntStream.range(0, expected.length)
                .mapToDouble(i -> Math.abs(expected[i] - actual[i]))
                .average()
                .orElseThrow();
        assertThat(difference).isBetween(0.01, 4.0);
    }

    @Test
    void whatHasNoSmallerFormKeepsItsSize() {
        ImageReader reader = ImageReader.DEFAULT.withJpegSide(1);
        assertThat(read(reader, "subsampled.jpg").width()).isEqualTo(2);
        assertThat(read(reader, "lossless_grey.jpg").width()).isEqualTo(13);
        assertThat(read(reader, "lossless_rgb.jpg").width()).isEqualTo(13);
        assertThat(read(reader, "rgba.png").width()).isEqualTo(13);
        assertThat(read(reader, "orientation6.tif").height()).isEqualTo(13);
    }

    @Test
    void limitsHoldForEverySource() throws IOException {
        byte[] file = Files.readAllBytes(PHOTO);
        ImageReader fewBytes = ImageReader.DEFAULT.withLimits(new ImageLimits(file.length - 1, Long.MAX_VALUE));
        ImageReader fewPixels = ImageReader.DEFAULT.withLimits(new ImageLimits(file.length, 451 * 300 - 1));
        ImageReader enough = ImageReader.DEFAULT.withLimits(new ImageLimits(file.length, 451 * 300));
        assertThat(enough.fromFile(PHOTO)).isEqualTo(enough.fromBytes(file)).isEqualTo(Image.fromFile(PHOTO));
        for (String limited : List.of("The file has more than ", "The picture has 451 x 300 pixels; the limit is ")) {
            ImageReader reader = limited.startsWith("The file") ? fewBytes : fewPixels;
            assertThatThrownBy(() -> reader.fromFile(PHOTO)).hasMessageStartingWith(limited);
            assertThatThrownBy(() -> reader.fromBytes(file)).hasMessageStartingWith(limited);
            assertThatThrownBy(() -> reader.fromUri(PHOTO.toUri())).hasMessageStartingWith(limited);
            assertThatThrownBy(() -> reader.fromStream(new ByteArrayInputStream(file)))
                    .isInstanceOf(ImageException.class)
                    .hasMessageStartingWith(limited);
        }
    }

    @Test
    void whatNoArrayHoldsIsRefusedWhateverTheLimit() throws IOException {
        ImageReader reader = ImageReader.DEFAULT.withLimits(new ImageLimits(10_000, 5_000_000_000L));
        byte[] gif = ByteBuffer.allocate(100)
                .put("GIF89a".getBytes(StandardCharsets.US_ASCII))
                .putInt(-1)
                .put(new byte[] {0, 0, 0, 0x2C, 0, 0, 0, 0})
                .putInt(-1)
                .array();
        byte[] bmp = Files.readAllBytes(Golden.resource(VARIANTS + "runs8.bmp"));
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 65535).putInt(22, 65535);
        for (byte[] file : List.of(gif, bmp)) {
            assertThatThrownBy(() -> reader.fromBytes(file))
                    .isInstanceOf(ImageException.class)
                    .hasMessageStartingWith("The picture has 65535 x 65535 pixels; the limit is 536,870,909.");
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> ImageReader.DEFAULT.withBackground(0xFF336699))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A background is 0xRRGGBB, not 0xFF336699.");
        assertThatThrownBy(() -> ImageReader.DEFAULT.withJpegSide(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A JPEG's shorter side must keep at least 1 pixel, not 0.");
        assertThatThrownBy(() -> new ImageLimits(0, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Limits must be positive, not 0 bytes and 5 pixels.");
    }

    private static Image read(ImageReader reader, String name) {
        return reader.fromFile(Golden.resource(VARIANTS + name));
    }
}
