package io.vitrail.vit.image;

/**
 * Colours multiplied by their opacity, as Pillow resizes pictures with alpha: an invisible pixel then doesn't tint its
 * neighbours.
 */
final class Premultiplied {
    private Premultiplied() {}

    /** Pillow's modes RGBa and La, under the name of the mode that they came from. */
    static Pixels of(Pixels pixels) {
        byte[] from = pixels.raw();
        byte[] to = from.clone();
        int channels = pixels.channels();
        for (int i = 0; i < from.length; i += channels) {
            int alpha = from[i + channels - 1] & 0xFF;
            for (int c = 0; c < channels - 1; c++) {
                int product = (from[i + c] & 0xFF) * alpha + 128;
                to[i + c] = (byte) ((product >> 8) + product >> 8); // divided by 255, rounded
            }
        }
        return new Pixels(pixels.mode(), to, pixels.width(), pixels.height());
    }

    static Pixels undo(Pixels pixels) {
        byte[] from = pixels.raw();
        byte[] to = from.clone();
        int channels = pixels.channels();
        for (int i = 0; i < from.length; i += channels) {
            int alpha = from[i + channels - 1] & 0xFF;
            for (int c = 0; c < channels - 1 && alpha != 0 && alpha != 255; c++) {
                to[i + c] = (byte) Math.min(255, 255 * (from[i + c] & 0xFF) / alpha);
            }
        }
        return new Pixels(pixels.mode(), to, pixels.width(), pixels.height());
    }
}
