package io.vitrail.vit.image;

/**
 * Decodes Windows and OS/2 bitmaps with the colours that Pillow gives them. (OpenCV mixes up the pixels of some
 * run-length coded files without a word, so its decoder isn't used.)
 */
final class BmpDecoder {
    private final FileBytes file;
    private final BmpHeader header;

    private BmpDecoder(FileBytes file) {
        this.file = file;
        this.header = BmpHeader.read(file);
    }

    /** RGB, or RGBA if the file says that it has alpha. */
    static Pixels decode(FileBytes file) {
        BmpDecoder decoder = new BmpDecoder(file);
        decoder.checkLength();
        return decoder.header.bits() <= 8 ? decoder.indexed() : decoder.direct();
    }

    /** Before memory is taken for what isn't there. */
    private void checkLength() {
        long row = ((long) header.width() * header.bits() + 7) / 8;
        if (header.isPlain() && !file.has(row(header.height() - 1), row)) {
            throw file.cutOff();
        }
    }

    private Pixels indexed() {
        byte[] indices = header.isPlain() ? plainIndices() : BmpRuns.decode(file, header);
        byte[] palette = palette();
        byte[] rgb = Pixels.room(header.width(), header.height(), 3);
        for (int i = 0; i < indices.length; i++) {
            int row = i / header.width();
            int out = (header.topDown() ? row : header.height() - 1 - row) * header.width() + i % header.width();
            System.arraycopy(palette, 3 * (indices[i] & 0xFF), rgb, 3 * out, 3);
        }
        return new Pixels(PixelMode.RGB, rgb, header.width(), header.height());
    }

    /** 256 colours; what the file doesn't define is black, as in Pillow. */
    private byte[] palette() {
        byte[] rgb = new byte[3 * 256];
        for (int i = 0; i < 256; i++) {
            for (int c = 0; c < 3; c++) {
                long at = header.palette() + (long) i * header.entry() + 2 - c;
                rgb[3 * i + c] = (byte) (i < header.colours() ? file.u8(at) : 0);
            }
        }
        return rgb;
    }

    /** Where a row of the file begins; rows are filled up to 4 bytes. */
    private long row(int y) {
        long stride = (long) header.width() * header.bits() + 31 >> 5 << 2;
        return header.data() + stride * y;
    }

    private byte[] plainIndices() {
        byte[] indices = Pixels.room(header.width(), header.height(), 1);
        int bits = header.bits();
        for (int y = 0; y < header.height(); y++) {
            for (int x = 0; x < header.width(); x++) {
                int shift = 8 - bits - x * bits % 8;
                int value = file.u8(row(y) + (long) x * bits / 8) >> shift & (1 << bits) - 1;
                indices[y * header.width() + x] = (byte) value;
            }
        }
        return indices;
    }

    private Pixels direct() {
        long[] masks = header.masks();
        int channels = masks[3] == 0 ? 3 : 4;
        byte[] samples = Pixels.room(header.width(), header.height(), channels);
        int bytes = header.bits() / 8;
        for (int y = 0; y < header.height(); y++) {
            int out = (header.topDown() ? y : header.height() - 1 - y) * header.width() * channels;
            for (int x = 0; x < header.width(); x++) {
                long pixel = pixel(row(y) + (long) x * bytes, bytes);
                for (int c = 0; c < channels; c++) {
                    int shift = Long.numberOfTrailingZeros(masks[c]);
                    long most = masks[c] >> shift;
                    samples[out++] = (byte) (((pixel & masks[c]) >> shift) * 255 / most);
                }
            }
        }
        return new Pixels(channels == 3 ? PixelMode.RGB : PixelMode.RGBA, samples, header.width(), header.height());
    }

    private long pixel(long at, int bytes) {
        long pixel = 0;
        for (int i = 0; i < bytes; i++) {
            pixel |= (long) file.u8(at + i) << 8 * i;
        }
        return pixel;
    }
}
