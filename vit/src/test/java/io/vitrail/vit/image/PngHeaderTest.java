package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a PNG goes to the decoder. */
class PngHeaderTest {
    @ParameterizedTest
    @CsvSource({
        "xmp3.png, IHDR iTXt IDAT IEND, IHDR IDAT IEND",
        "orientation8.png, IHDR eXIf IDAT IEND, IHDR IDAT IEND",
        "palette_transparent.png, IHDR PLTE tRNS IDAT IEND, IHDR PLTE IDAT IEND",
        "../variants/without_end.png, IHDR IDAT, IHDR IDAT IEND",
        "animated_default.png, IHDR acTL IDAT fcTL fdAT fcTL fdAT IEND, IHDR IDAT IEND"
    })
    void onlyChunksOfPixelsAreDecoded(String name, String stored, String decoded) throws IOException {
        FileBytes file = file(name);
        assertThat(chunks(file)).isEqualTo(stored);
        assertThat(chunks(new FileBytes(PngHeader.withPixelsOnly(file, PixelMode.RGB), name)))
                .isEqualTo(decoded);
    }

    @Test
    void transparencyIsDecodedWhereItCounts() throws IOException {
        byte[] pixels = PngHeader.withPixelsOnly(file("palette_transparent.png"), PixelMode.RGBA);
        assertThat(chunks(new FileBytes(pixels, "png"))).isEqualTo("IHDR PLTE tRNS IDAT IEND");
    }

    /** A decoder would print what is wrong with them. */
    @ParameterizedTest
    @CsvSource({
        "24, 3, a PNG of colour type 2 with 3 bits",
        "24, 4, a PNG of colour type 2 with 4 bits",
        "24, 0, a PNG of colour type 2 with 0 bits",
        "25, 1, a PNG of colour type 1 with 8 bits",
        "25, 9, a PNG of colour type 9 with 8 bits",
        "26, 1, a PNG of colour type 2 with 8 bits",
        "27, 1, a PNG of colour type 2 with 8 bits",
        "28, 2, a PNG of colour type 2 with 8 bits"
    })
    void headersThatNoneMayHaveAreRefused(int place, byte value, String what) throws IOException {
        byte[] png = file("xmp3.png").bytes();
        png[place] = value;
        assertThatThrownBy(() -> Image.fromBytes(png))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture is damaged: " + what + ", or packed as none may be.");
    }

    /** What lies behind the pixels may be missing, they themselves may not. */
    @Test
    void onlyPixelsMustBeThere() throws IOException {
        byte[] png = file("xmp3.png").bytes();
        Image image = Image.fromBytes(png);
        assertThat(Image.fromBytes(Arrays.copyOf(png, png.length - 5))).isEqualTo(image);
        assertThat(Image.fromBytes(Arrays.copyOf(png, png.length - 12))).isEqualTo(image);
        assertThatThrownBy(() -> Image.fromBytes(Arrays.copyOf(png, png.length - 13)))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("The picture is cut off.");
    }

    @Test
    void chunksOfPixelsMustBeWhole() throws IOException {
        FileBytes file = file("xmp3.png");
        Image image = Image.fromBytes(file.bytes());
        FileBytes damagedText = damagedIn(file, "iTXt");
        assertThat(Image.fromBytes(damagedText.bytes())).isEqualTo(image);
        FileBytes damagedPixels = damagedIn(file, "IDAT");
        assertThatThrownBy(() -> Image.fromBytes(damagedPixels.bytes()))
                .isInstanceOf(ImageException.class)
                .hasMessage("The picture is damaged: a checksum of its PNG data is wrong.\n  file: bytes\n"
                        + "  try:  get the file again from its source.");
    }

    /** With another last byte of a chunk's checksum. */
    private static FileBytes damagedIn(FileBytes file, String type) {
        byte[] damaged = file.bytes().clone();
        long at = PngHeader.SIGNATURE;
        while (!file.says(at + PngHeader.TYPE, type)) {
            at = PngHeader.next(file, at);
        }
        damaged[(int) PngHeader.next(file, at) - 1] ^= 1;
        return new FileBytes(damaged, file.name());
    }

    private static String chunks(FileBytes file) {
        List<String> types = new ArrayList<>();
        for (long at = PngHeader.SIGNATURE; at < file.size(); at = PngHeader.next(file, at)) {
            types.add(new String(file.part(at + PngHeader.TYPE, 4), StandardCharsets.US_ASCII));
        }
        return String.join(" ", types);
    }

    private static FileBytes file(String name) throws IOException {
        return new FileBytes(Files.readAllBytes(Golden.resource("goldens/decode_image/special/" + name)), name);
    }
}
