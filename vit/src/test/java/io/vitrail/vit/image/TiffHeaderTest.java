package io.vitrail.vit.image;

import static io.vitrail.vit.image.TiffFixture.WIDTH;
import static io.vitrail.vit.image.TiffFixture.entry;
import static io.vitrail.vit.image.TiffFixture.file;
import static io.vitrail.vit.image.TiffFixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of a TIFF's directory before anything is decoded; {@code tiles.tif} is one of 13 x 9, of 16 x 16 tiles. */
class TiffHeaderTest {
    private static final int ORIENTATION = 274;
    private static final String REFUSED = "A TIFF of photometric interpretation ";

    @ParameterizedTest
    @CsvSource({
        "322, 40000, 2 with 3 samples of 8 bits",
        "323, 32769, 2 with 3 samples of 8 bits",
        "277, 7, 2 with 7 samples of 8 bits",
        "277, 0, 2 with 0 samples of 8 bits",
        "277, 2, 2 with 2 samples of 8 bits",
        "262, 4, 4 with 3 samples of 8 bits",
        "262, 32803, 32803 with 3 samples of 8 bits"
    })
    void whatPillowDoesNotReadIsRefused(int tag, int value, String what) throws IOException {
        byte[] tiff = with(file("tiles.tif"), tag, value);
        assertThatThrownBy(() -> Image.fromBytes(tiff))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith(REFUSED + what + " can't be read yet.");
    }

    @Test
    void aBombIsRefusedByItsHeader() throws IOException {
        byte[] tiff = with(with(file("tiles.tif"), WIDTH, 65535), 257, 65535);
        assertThatThrownBy(() -> Image.fromBytes(tiff))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture has 65535 x 65535 pixels;");
    }

    @Test
    void aDirectoryWithoutASizeIsIncomplete() throws IOException {
        byte[] tiff = file("tiles.tif");
        tiff[entry(tiff, WIDTH)] = 99;
        assertThatThrownBy(() -> Image.fromBytes(tiff))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture is damaged: a TIFF whose directory is incomplete");
    }

    @Test
    void whatTheDirectoryMeans() throws IOException {
        TiffHeader header = TiffHeader.read(new FileBytes(file("rgba_premultiplied.tif"), "tiff"));
        assertThat(header.colours()).isEqualTo(TiffColours.RGB);
        assertThat(header.bits()).isEqualTo(8);
        assertThat(header.alpha()).isEqualTo(TiffHeader.Alpha.PREMULTIPLIED);
        assertThat(TiffHeader.read(new FileBytes(file("big.tif"), "tiff")).alpha())
                .isEqualTo(TiffHeader.Alpha.NONE);
        assertThat(TiffHeader.read(new FileBytes(file("palette4.tif"), "tiff")).palette())
                .hasSize(3 * 16);
    }

    /** As a number (SHORT) it counts; as a BYTE it is text to Pillow, and doesn't. */
    @Test
    void anOrientationIsANumberOfTwoBytes() throws IOException {
        byte[] tiff = file("orientation6.tif");
        assertThat(Image.fromBytes(tiff).width()).isEqualTo(9);
        tiff[entry(tiff, ORIENTATION) + 2] = 1;
        assertThat(Image.fromBytes(tiff).width()).isEqualTo(13);
    }
}
