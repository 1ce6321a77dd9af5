package io.vitrail.vit.image;

/** The eight ways in which a camera stores a picture, by the value of EXIF's tag 0x0112 (CIPA DC-008, 4.6.4 A). */
enum Orientation {
    /** The file doesn't say: shown as it is stored. */
    UNKNOWN,
    UPRIGHT,
    MIRRORED,
    UPSIDE_DOWN,
    FLIPPED,
    TRANSPOSED,
    TURN_CLOCKWISE,
    TRANSVERSED,
    TURN_COUNTERCLOCKWISE;

    /** Pixels are moved in squares of this side, so that rows and columns both stay in the cache. */
    private static final int TILE = 64;

    /** The orientation of EXIF's value 1 to 8; whatever else there is means nothing. */
    static Orientation of(long exif) {
        return exif >= 1 && exif <= 8 ? values()[(int) exif] : UNKNOWN;
    }

    /** Whether the upright picture is as wide as the stored one is high. */
    boolean swapsSides() {
        return ordinal() >= TRANSPOSED.ordinal();
    }

    /** The upright picture. */
    Pixels apply(Pixels stored) {
        int w = stored.width();
        int last = w * stored.height() - 1;
        return switch (this) { // where the first pixel lies, and the steps to the next in its row and in its column
            case UNKNOWN, UPRIGHT -> stored;
            case MIRRORED -> moved(stored, w - 1, -1, w);
            case UPSIDE_DOWN -> moved(stored, last, -1, -w);
            case FLIPPED -> moved(stored, last - w + 1, 1, -w);
            case TRANSPOSED -> moved(stored, 0, w, 1);
            case TURN_CLOCKWISE -> moved(stored, last - w + 1, -w, 1);
            case TRANSVERSED -> moved(stored, last, -w, -1);
            case TURN_COUNTERCLOCKWISE -> moved(stored, w - 1, w, -1);
        };
    }

    private Pixels moved(Pixels stored, int first, int alongRow, int alongColumn) {
        int width = swapsSides() ? stored.height() : stored.width();
        int height = swapsSides() ? stored.width() : stored.height();
        byte[] upright = new byte[stored.raw().length];
        for (int y = 0; y < height; y += TILE) {
            for (int x = 0; x < width; x += TILE) {
                int right = Math.min(width, x + TILE);
                for (int row = y; row < Math.min(height, y + TILE); row++) {
                    int from = first + row * alongColumn + x * alongRow;
                    moveRow(stored, from, alongRow, upright, row * width + x, right - x);
                }
            }
        }
        return new Pixels(stored.mode(), upright, width, height);
    }

    private static void moveRow(Pixels stored, int from, int step, byte[] upright, int to, int count) {
        int channels = stored.channels();
        byte[] samples = stored.raw();
        for (int i = 0; i < count; i++, from += step) {
            for (int c = 0; c < channels; c++) {
                upright[(to + i) * channels + c] = samples[from * channels + c];
            }
        }
    }
}
