package io.vitrail.vit.image;

import static io.vitrail.vit.image.TiffFixture.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.vit.image.TiffFixture.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams within a TIFF that state other sides than it; {@code jpeg.tif} is a picture of 13 x 9, in one strip. */
class TiffJpegsTest {
    private static final int COMPRESSION = 259;
    private static final int STRIPS = 273;
    private static final int ROWS_OF_STRIP = 278;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILES = 324;
    private static final int WHOLE_JPEG = 513;
    private static final int BYTES = 1;
    private static final int PROGRESSIVE = 0xC2;

    private byte[] tiff;
    private int stream;
    private int frame;

    @BeforeEach
    void read() throws IOException {
        tiff = TiffFixture.file("jpeg.tif");
        stream = TiffFixture.buffer(tiff).getInt(TiffFixture.entry(tiff, STRIPS) + 8);
        frame = stream;
        while ((tiff[frame] & 0xFF) != 0xFF || (tiff[frame + 1] & 0xFF) != 0xC0) {
            frame++;
        }
    }

    @ParameterizedTest
    @CsvSource({"65500, 65500", "13, 65500", "65500, 9", "45, 9", "13, 41"})
    void aStreamLargerThanItsStripIsRefused(int width, int height) {
        state(width, height);
        assertRefused(tiff, width, height);
    }

    @Test
    void theCodingDoesNotMatter() {
        state(65500, 65500);
        tiff[frame + 1] = (byte) PROGRESSIVE;
        assertRefused(tiff, 65500, 65500);
    }

    @Test
    void aStripHasItsOwnRowsOnly() {
        state(13, 1000);
        TiffFixture.buffer(tiff).putInt(TiffFixture.entry(tiff, 257) + 8, 1000); // the picture's height
        assertRefused(TiffFixture.with(tiff, ROWS_OF_STRIP, 9), 13, 1000);
    }

    @Test
    void aStreamInATileIsHeldAgainstTheTile() {
        state(64, 64);
        List<Entry> tile = List.of(
                new Entry(TILE_WIDTH, LONG, 1, 16),
                new Entry(TILE_HEIGHT, LONG, 1, 16),
                new Entry(TILES, LONG, 1, stream));
        TiffFixture.buffer(tiff).putInt(TiffFixture.entry(tiff, STRIPS) + 8, 0);
        assertRefused(TiffFixture.with(tiff, List.of(), tile, 2000), 64, 64);
    }

    @ParameterizedTest
    @CsvSource({"273", "513"})
    void oldStreamsAreHeldAgainstThePicture(int tag) {
        state(65500, 65500);
        byte[] old = TiffFixture.with(tiff, COMPRESSION, 6);
        TiffFixture.buffer(old).putInt(TiffFixture.entry(old, STRIPS) + 8, tag == STRIPS ? stream : 0);
        List<Entry> whole = tag == STRIPS ? List.of() : List.of(new Entry(WHOLE_JPEG, LONG, 1, stream));
        assertRefused(TiffFixture.with(old, List.of(), whole, 2000), 65500, 65500);
    }

    /** A reader of JPEG files may take tables alone for the first image, and go on to another. */
    @Test
    void aStreamWithoutAFrameHeaderIsRefused() {
        tiff[stream + 3] = (byte) 0xD9;
        assertThatThrownBy(() -> Image.fromBytes(tiff))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture is damaged: a TIFF with a JPEG stream that has no frame header.");
    }

    /** Entries whose values this library doesn't read don't reach the decoder either. */
    @Test
    void aPlaceInBytesIsNone() {
        state(65500, 65500);
        TiffFixture.buffer(tiff).putShort(TiffFixture.entry(tiff, STRIPS) + 2, (short) BYTES);
        FileBytes seen = TiffHeader.withPixelsOnly(new FileBytes(tiff, "tiff"));
        assertThatThrownBy(() -> TiffFixture.entry(seen.bytes(), STRIPS)).hasMessage("no tag " + STRIPS);
        assertThatThrownBy(() -> Image.fromBytes(tiff)).isInstanceOf(ImageException.class);
    }

    /** 300,000 streams, each of which begins within the one before. */
    @Test
    @Timeout(20)
    void streamsUponEachOtherAreWalkedOverOnce() {
        int count = 300_000;
        int first = 2000 + 4 * count;
        List<Entry> strips = List.of(new Entry(STRIPS, LONG, count, 2000));
        byte[] hostile = TiffFixture.with(tiff, strips, List.of(), first + 2 * count + 20);
        ByteBuffer file = TiffFixture.buffer(hostile);
        for (int i = 0; i < count; i++) {
            file.putInt(2000 + 4 * i, first + 2 * i).putShort(first + 2 * i, (short) 0xD8FF);
        }
        System.arraycopy(tiff, frame, hostile, first + 2 * count, 20);
        assertThat(TiffHeader.read(ImageFormat.TIFF, new FileBytes(hostile, "tiff"))
                        .width())
                .isEqualTo(13);
    }

    private void state(int width, int height) {
        tiff[frame + 5] = (byte) (height >> 8);
        tiff[frame + 6] = (byte) height;
        tiff[frame + 7] = (byte) (width >> 8);
        tiff[frame + 8] = (byte) width;
    }

    private static void assertRefused(byte[] file, int width, int height) {
        assertThatThrownBy(() -> Image.fromBytes(file))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith(
                        "The picture is damaged: a TIFF with a JPEG stream of %d x %d pixels in a strip or tile that"
                                + " is smaller.",
                        width, height);
    }
}
