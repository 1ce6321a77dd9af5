package io.vitrail.vit.image;

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
        this.indices = Pixels.room(header.frameWidth(), header.frameHeight(), 1);
    }

    /** RGB, or RGBA if the mode has alpha. */
    static Pixels decode(FileBytes file, PixelMode mode) {
        GifDecoder decoder = new GifDecoder(file);
        decoder.decompress();
        return decoder.paint(mode.hasAlpha() ? PixelMode.RGBA : PixelMode.RGB);
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

    private Pixels paint(PixelMode mode) {
        byte[] palette = palette(mode);
        int channels = mode.channels();
        byte[] samples = Pixels.room(header.width(), header.height(), channels);
        int free = channels * Math.max(0, header.transparent());
        for (int i = 0; i < samples.length; i += channels) {
            System.arraycopy(palette, free, samples, i, channels);
        }
        int row = 0;
        for (int[] pass : header.interlaced() ? PASSES : new int[][] {{0, 1}}) {
            for (int y = pass[0]; y < header.frameHeight(); y += pass[1]) {
                paintRow(row++, y, palette, channels, samples);
            }
        }
        return new Pixels(mode, samples, header.width(), header.height());
    }

    private void paintRow(int row, int y, byte[] palette, int channels, byte[] samples) {
        int out = channels * ((header.top() + y) * header.width() + header.left());
        for (int x = 0; x < header.frameWidth(); x++) {
            int colour = channels * (indices[row * header.frameWidth() + x] & 0xFF);
            System.arraycopy(palette, colour, samples, out + channels * x, channels);
        }
    }

    /** 256 colours; what the file doesn't define is grey, as in Pillow. */
    private byte[] palette(PixelMode mode) {
        int channels = mode.channels();
        byte[] palette = new byte[channels * 256];
        for (int i = 0; i < 256; i++) {
            for (int c = 0; c < 3; c++) {
                palette[channels * i + c] = (byte) (i < header.colours() ? file.u8(header.palette() + 3 * i + c) : i);
            }
            if (mode.hasAlpha()) {
                palette[channels * i + 3] = (byte) (i == header.transparent() ? 0 : 255);
            }
        }
        return palette;
    }
}
