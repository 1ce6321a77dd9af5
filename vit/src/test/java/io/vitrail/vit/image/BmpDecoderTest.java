package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bitmaps beyond the golden ones: damaged, or written carelessly. */
class BmpDecoderTest {
    private static final int DATA = 10;
    private static final int WIDTH = 18;
    private static final int HEIGHT = 22;

    /** Memory is taken only for pixels that are there. */
    @ParameterizedTest
    @CsvSource({"rgb24.bmp", "555.bmp", "palette1.bmp", "palette8.bmp", "bgra32.bmp"})
    void missingRowsAreFoundAtOnce(String name) throws IOException {
        byte[] bmp = file(name);
        buffer(bmp).putInt(WIDTH, 13_000).putInt(HEIGHT, 13_000);
        assertThatThrownBy(() -> Image.fromBytes(bmp))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture is cut off.");
    }

    @Test
    void theLastRowNeedsNoFilling() throws IOException {
        byte[] bmp = file("rgb24.bmp");
        byte[] shorter = Arrays.copyOf(bmp, bmp.length - 1); // rows of 39 bytes are filled up to 40
        assertThat(Image.fromBytes(shorter)).isEqualTo(Image.fromBytes(bmp));
    }

    @Test
    void pixelsBeginBehindThePaletteWhereTheHeaderForgetsIt() throws IOException {
        byte[] bmp = file("palette8.bmp");
        Image image = Image.fromBytes(bmp);
        buffer(bmp).putInt(DATA, 54);
        assertThat(Image.fromBytes(bmp)).isEqualTo(image);
        buffer(bmp).putInt(DATA, 0);
        assertThat(Image.fromBytes(bmp)).isEqualTo(image);
    }

    @Test
    void coloursThatThePaletteLacksAreBlack() throws IOException {
        byte[] bmp = file("palette8.bmp");
        byte[] before = Image.fromBytes(bmp).pixels().samples();
        buffer(bmp).putInt(46, 1);
        byte[] after = Image.fromBytes(bmp).pixels().samples();
        byte[] ofTheFirstColour = {bmp[56], bmp[55], bmp[54]};
        for (int i = 0; i < after.length; i += 3) {
            byte[] pixel = Arrays.copyOfRange(after, i, i + 3);
            boolean isFirst = Arrays.equals(before, i, i + 3, ofTheFirstColour, 0, 3);
            assertThat(pixel).containsExactly(isFirst ? ofTheFirstColour : new byte[3]);
        }
        assertThat(after).isNotEqualTo(before);
    }

    @Test
    void runsThatEndTooEarlyAreCutOff() throws IOException {
        byte[] bmp = file("runs8.bmp");
        int data = buffer(bmp).getInt(DATA);
        bmp[data] = 0;
        bmp[data + 1] = 1; // the end
        assertThatThrownBy(() -> Image.fromBytes(bmp))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture is cut off.");
    }

    private static ByteBuffer buffer(byte[] bmp) {
        return ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(Golden.resource("goldens/decode_image/variants/" + name));
    }
}
