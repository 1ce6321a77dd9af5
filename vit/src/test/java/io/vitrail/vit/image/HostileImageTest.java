package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are damaged, cut off, or made to do harm: a clear error, at once, and never a wrong picture. */
class HostileImageTest {
    private static final String SPECIAL = "goldens/decode_image/special/";

    @Test
    void whatIsNoPictureIsRefused() {
        assertRefused(
                new byte[0],
                "The file is empty.\n  file: bytes\n  try:  JPEG, PNG, GIF, BMP, WebP and TIFF are supported.");
        assertRefused(
                "<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(StandardCharsets.UTF_8),
                "The file is no picture of a known format.");
    }

    @Test
    void missingFilesAndFoldersAreRefused() {
        Path folder = Golden.resource("goldens");
        assertThatThrownBy(() -> Image.fromFile(folder.resolve("nothing.jpg")))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("There is no such file.\n  file: " + folder.resolve("nothing.jpg"));
        assertThatThrownBy(() -> Image.fromFile(folder))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("A folder is no picture.");
    }

    @Test
    void bombsAreRefusedByTheirHeaders() {
        byte[] png = png(65536, 65536);
        assertRefused(png, "The picture has 65536 x 65536 pixels; the limit is 178,956,970.");
        byte[] gif = littleEndian(64)
                .put("GIF89a".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 60000)
                .putShort((short) 60000)
                .put(new byte[3])
                .put((byte) 0x2C)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 1)
                .putShort((short) 1)
                .array();
        assertRefused(gif, "The picture has 60000 x 60000 pixels;");
        byte[] bmp = littleEndian(64)
                .put("BM".getBytes(StandardCharsets.US_ASCII))
                .putInt(10, 54)
                .putInt(14, 40)
                .putInt(18, 1_000_000)
                .putInt(22, -1_000_000)
                .putShort(28, (short) 24)
                .array();
        assertRefused(bmp, "The picture has 1000000 x 1000000 pixels;");
    }

    @Test
    void picturesWithoutPixelsAreRefused() {
        assertRefused(png(0, 5), "The file states a picture of 0 x 5 pixels.");
        assertRefused(png(3, 3), "The picture is cut off.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orientation1.jpg",
                "progressive.jpg",
                "rgba.webp",
                "interlaced.gif",
                "packed565.bmp",
                "../variants/runs8.bmp",
                "../variants/palette4.bmp",
                "orientation8.tif",
                "../variants/tiff_lzw.tif",
                "../variants/group4.tif",
                "palette_transparent.png"
            })
    void cutOffFilesAreRefused(String name) throws IOException {
        byte[] file = Files.readAllBytes(Golden.resource(SPECIAL + name));
        for (int length : new int[] {file.length - 20, file.length / 2, file.length / 4, 12}) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> Image.fromBytes(cut)).isInstanceOf(ImageException.class);
        }
    }

    @Test
    void kindsThatWouldComeOutWrongAreRefused() throws IOException {
        byte[] jpeg = Files.readAllBytes(Golden.resource(SPECIAL + "orientation1.jpg"));
        int frame = indexOf(jpeg, (byte) 0xFF, (byte) 0xC0);
        byte[] twelveBits = jpeg.clone();
        twelveBits[frame + 4] = 12;
        assertRefused(twelveBits, "A JPEG of 12 bits a sample can't be read yet.");
        byte[] hierarchical = jpeg.clone();
        hierarchical[frame + 1] = (byte) 0xC5;
        assertRefused(hierarchical, "A hierarchical or lossless arithmetic JPEG can't be read yet.");
        byte[] tiff = Files.readAllBytes(Golden.resource(SPECIAL + "orientation8.tif"));
        int photometric = indexOf(tiff, (byte) 0x06, (byte) 0x01, (byte) 0x03);
        tiff[photometric + 8] = 9;
        assertRefused(tiff, "A TIFF of photometric interpretation 9 with 3 samples of 8 bits can't be read yet.");
        byte[] bmp = Files.readAllBytes(Golden.resource(SPECIAL + "packed565.bmp"));
        bmp[54] = 0x30;
        assertRefused(bmp, "A BMP of 16 bits a pixel with compression 3 can't be read yet.");
    }

    @Test
    void damagedMetadataDoNotMatter() throws IOException {
        byte[] jpeg = Files.readAllBytes(Golden.resource(SPECIAL + "orientation6.jpg"));
        int exif = indexOf(jpeg, (byte) 'E', (byte) 'x', (byte) 'i', (byte) 'f');
        assertThat(Image.fromBytes(jpeg).width()).isEqualTo(14);
        Arrays.fill(jpeg, exif + 6, exif + 14, (byte) 0xFF);
        assertThat(Image.fromBytes(jpeg).width()).isEqualTo(23);
    }

    private static void assertRefused(byte[] file, String message) {
        assertThatThrownBy(() -> Image.fromBytes(file))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith(message);
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int indexOf(byte[] file, byte... pattern) {
        for (int i = 0; i <= file.length - pattern.length; i++) {
            if (Arrays.equals(file, i, i + pattern.length, pattern, 0, pattern.length)) {
                return i;
            }
        }
        throw new AssertionError("The pattern isn't there.");
    }

    /** A PNG of this size without any pixels. */
    private static byte[] png(int width, int height) {
        ByteBuffer file = ByteBuffer.allocate(8 + 25 + 12).put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        ByteBuffer header = ByteBuffer.allocate(17)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(width)
                .putInt(height)
                .put(new byte[] {8, 2, 0, 0, 0});
        putChunk(file, header.array());
        putChunk(file, "IEND".getBytes(StandardCharsets.US_ASCII));
        return file.array();
    }

    private static void putChunk(ByteBuffer file, byte[] typeAndContent) {
        CRC32 checksum = new CRC32();
        checksum.update(typeAndContent);
        file.putInt(typeAndContent.length - 4).put(typeAndContent).putInt((int) checksum.getValue());
    }
}
