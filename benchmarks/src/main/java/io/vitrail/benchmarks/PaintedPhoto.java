package io.vitrail.benchmarks;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** A made-up photo: smooth shapes with some grain, so that its JPEG is as large as a photo's. */
final class PaintedPhoto {
    private PaintedPhoto() {}

    /** The same bytes for the same size, always. */
    static byte[] jpeg(int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Random random = new Random(1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int wave = (int) (100 + 60 * Math.sin(x / 97.0) * Math.cos(y / 71.0)) + random.nextInt(24);
                picture.setRGB(x, y, wave << 16 | (wave + 20) << 8 | (255 - wave));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "jpg", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written outside memory
        }
        return bytes.toByteArray();
    }
}
