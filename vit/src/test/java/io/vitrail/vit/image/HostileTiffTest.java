package io.vitrail.vit.image;

import static io.vitrail.vit.image.TiffFixture.LONG;
import static io.vitrail.vit.image.TiffFixture.WIDTH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.vit.image.TiffFixture.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import javax.imageio.IIOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directories that were made to lead a decoder astray; {@code tiles.tif} is a picture of 13 x 9. */
class HostileTiffTest {
    private static final int PRIVATE = 65000;
    private static final int DIRECTORIES_WITHIN = 330;
    private static final int YCBCR_COEFFICIENTS = 529;
    private static final int REFERENCE_BLACK_WHITE = 532;
    private static final int SIGNED_SHORT = 8;

    private byte[] tiff;
    private Image image;

    @BeforeEach
    void read() throws IOException {
        tiff = TiffFixture.file("tiles.tif");
        image = Image.fromBytes(tiff);
    }

    /** Each has a million values, which lie upon each other: 480 GB in memory. */
    @Test
    void entriesThatMakeNoPixelsTakeNoMemory() {
        List<Entry> many = Collections.nCopies(60_000, new Entry(PRIVATE, LONG, 1_000_000, 0));
        byte[] hostile = TiffFixture.with(tiff, List.of(), many, 4_000_000);
        assertThatCode(() -> assertThat(Image.fromBytes(hostile)).isEqualTo(image))
                .doesNotThrowAnyException();
    }

    @Test
    void valuesThatTakeMoreThanTheFileAreLeftOut() {
        Entry first = new Entry(YCBCR_COEFFICIENTS, LONG, 150, 0);
        Entry second = new Entry(REFERENCE_BLACK_WHITE, LONG, 150, 0);
        byte[] hostile = TiffFixture.with(tiff, List.of(), List.of(first, second), 1199);
        TiffDirectory directory = TiffDirectory.read(new FileBytes(hostile, "tiff"));
        assertThat(directory.has(YCBCR_COEFFICIENTS)).isTrue();
        assertThat(directory.has(REFERENCE_BLACK_WHITE)).isFalse();
    }

    /** The first counts, for the limits as for the decoder. */
    @Test
    void aWidthThatIsStatedTwiceDoesNotPassTheLimits() {
        List<Entry> large = List.of(new Entry(WIDTH, LONG, 1, 1 << 30));
        assertThat(Image.fromBytes(TiffFixture.with(tiff, List.of(), large, 2000)))
                .isEqualTo(image);
        assertThatThrownBy(() -> Image.fromBytes(TiffFixture.with(tiff, large, List.of(), 2000)))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture has 1073741824 x 9 pixels;");
    }

    @Test
    void aWidthThatTheDecoderTakesForAnotherIsRefused() {
        List<Entry> negative = List.of(new Entry(WIDTH, SIGNED_SHORT, 1, 0xFFFF));
        byte[] hostile = TiffFixture.with(tiff, negative, List.of(), 2000);
        assertThatThrownBy(() -> Image.fromBytes(hostile))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The TIFF data can't be decoded")
                .cause()
                .isInstanceOf(IIOException.class)
                .hasMessage("The decoder finds other sides than the header.");
    }

    @Test
    void directoriesWithinDirectoriesAreNotRead() {
        int depth = 50_000;
        int first = 2000;
        List<Entry> within = List.of(new Entry(DIRECTORIES_WITHIN, LONG, 1, first));
        byte[] hostile = TiffFixture.with(tiff, List.of(), within, first + 18 * depth);
        ByteBuffer file = TiffFixture.buffer(hostile).position(first);
        for (int i = 1; i < depth; i++) {
            file.putShort((short) 1)
                    .putShort((short) DIRECTORIES_WITHIN)
                    .putShort((short) LONG)
                    .putInt(1)
                    .putInt(first + 18 * i)
                    .putInt(0);
        }
        assertThat(Image.fromBytes(hostile)).isEqualTo(image);
    }

    @Test
    void theCallersBytesStayAsTheyAre() throws IOException {
        byte[] pages = TiffFixture.file("pages.tif");
        byte[] before = pages.clone();
        Image.fromBytes(pages);
        assertThat(pages).isEqualTo(before);
    }
}
