package io.vitrail.vit.image;

import io.vitrail.transformer.Check;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;

/** Copies the pictures of Java's desktop classes. */
final class DesktopPixels {
    private DesktopPixels() {}

    static Pixels read(BufferedImage image) {
        ColorModel colours = image.getColorModel();
        for (int bits : colours.getComponentSize()) {
            Check.that(bits <= 8, "A picture of %d bits a sample is not supported; convert it to 8.", bits);
        }
        // Java takes grey for linear light and would brighten it on the way to RGB: its samples are read as they are.
        boolean plainGrey = colours.getNumComponents() == 1
                && !(colours instanceof IndexColorModel)
                && image.getRaster().getTransferType() == DataBuffer.TYPE_BYTE;
        return plainGrey ? grey(image).to(PixelMode.RGB) : colour(image);
    }

    private static Pixels grey(BufferedImage image) {
        int[] values = image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
        byte[] samples = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            samples[i] = (byte) values[i];
        }
        return new Pixels(PixelMode.GREY, samples, image.getWidth(), image.getHeight());
    }

    private static Pixels colour(BufferedImage image) {
        int width = image.getWidth();
        byte[] rgb = Pixels.room(width, image.getHeight(), 3);
        int[] row = new int[width];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int out = 3 * (y * width + x);
                rgb[out] = (byte) (row[x] >> 16);
                rgb[out + 1] = (byte) (row[x] >> 8);
                rgb[out + 2] = (byte) row[x];
            }
        }
        return new Pixels(PixelMode.RGB, rgb, width, image.getHeight());
    }
}
