package io.vitrail.vit.image;

import java.util.Arrays;

/**
 * Decodes the first picture of a GIF as Pillow shows it: what the picture leaves free has the transparent colour, or
 * else colour 0, and a transparent pixel has its palette's colour. (OpenCV puts a background colour there, so its
 * decoder isn't used.)
 */
final class GifDecoder {
    private static final int TABLE = 4096;
    /** First row and step of the four passes of an interlaced picture. */
    private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

    private final FileBytes file;
    private final GifHeader header;
    private final byte[] indices;
    private final byte[] last = new byte[TABLE];
    private final short[] prefix = new short[TABLE];

    private int at;
    private int block;
    private int bits;
    private int bitCount;

    private GifDecoder(FileBytes file) {
        this.file = file;
        this.header = GifHeader.read(file);
        this.at = header.data();
        this.indices = new byte[header.frameWidth() * header.frameHeight()];
    }

    static Pixels decode(FileBytes file) {
        GifDecoder decoder = new GifDecoder(file);
        decoder.decompress();
        return decoder.paint();
    }

    /** Lempel, Ziv and Welch's compression with codes of 3 to 12 bits. */
    private void decompress() {
        int firstBits = file.u8(at++);
        if (firstBits > 11) {
            throw file.damaged("codes of " + (firstBits + 1) + " bits.");
        }
        int clear = 1 << firstBits;
        int next = clear + 2;
        int width = firstBits + 1;
        int previous = -1;
        int filled = 0;
        byte[] string = new byte[TABLE + 1];
        while (filled < indices.length) {
            int code = nextCode(width);
            if (code == clear) {
                next = clear + 2;
                width = firstBits + 1;
                previous = -1;
                continue;
            }
            if (code == clear + 1) {
                throw file.cutOff();
            }
            if (previous < 0 ? code > clear : code > next) {
                throw file.damaged("a code that isn't defined.");
            }
            int start = expand(code, previous, next, clear, string);
            int length = Math.min(string.length - start, indices.length - filled);
            System.arraycopy(string, start, indices, filled, length);
            filled += length;
            if (previous >= 0 && next < TABLE) {
                last[next] = string[start];
                prefix[next] = (short) previous;
                if (next == (1 << width) - 1 && width < 12) {
                    width++;
                }
                next++;
            }
            previous = code;
        }
    }

    /** Writes the string of a code to the end of the buffer; returns where it starts. */
    private int expand(int code, int previous, int next, int clear, byte[] string) {
        int start = string.length;
        int c = code;
        if (previous >= 0 && code == next) { // the string being defined: the previous one and its own first sample
            c = previous;
            start--;
        }
        while (c >= clear) {
            if (start <= 1 || c >= next) {
                throw file.damaged("a code that isn't defined.");
            }
            string[--start] = last[c];
            c = prefix[c];
        }
        string[--start] = (byte) c;
        if (previous >= 0 && code == next) {
            string[string.length - 1] = string[start];
        }
        return start;
    }

    private int nextCode(int width) {
        while (bitCount < width) {
            if (block == 0) {
                block = file.u8(at++);
                continue;
            }
            bits |= file.u8(at++) << bitCount;
            bitCount += 8;
            block--;
        }
        int code = bits & (1 << width) - 1;
        bits >>>= width;
        bitCount -= width;
        return code;
    }

    private Pixels paint() {
        byte[] palette = palette();
        byte[] rgb = new byte[header.width() * header.height() * 3];
        int free = 3 * Math.max(0, header.transparent());
        for (int i = 0; i < rgb.length; i += 3) {
            System.arraycopy(palette, free, rgb, i, 3);
        }
        int row = 0;
        for (int[] pass : header.interlaced() ? PASSES : new int[][] {{0, 1}}) {
            for (int y = pass[0]; y < header.frameHeight(); y += pass[1]) {
                paintRow(row++, y, palette, rgb);
            }
        }
        return new Pixels(PixelMode.RGB, rgb, header.width(), header.height());
    }

    private void paintRow(int row, int y, byte[] palette, byte[] rgb) {
        int out = 3 * ((header.top() + y) * header.width() + header.left());
        for (int x = 0; x < header.frameWidth(); x++) {
            int colour = 3 * (indices[row * header.frameWidth() + x] & 0xFF);
            System.arraycopy(palette, colour, rgb, out + 3 * x, 3);
        }
    }

    /** 256 colours; what the file doesn't define is grey, as in Pillow. */
    private byte[] palette() {
        byte[] palette = new byte[3 * 256];
        for (int i = 0; i < 256; i++) {
            Arrays.fill(palette, 3 * i, 3 * i + 3, (byte) i);
        }
        for (int i = 0; i < 3 * header.colours(); i++) {
            palette[i] = (byte) file.u8(header.palette() + i);
        }
        return palette;
    }
}
