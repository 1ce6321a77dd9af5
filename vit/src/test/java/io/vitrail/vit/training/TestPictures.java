package io.vitrail.vit.training;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small made-up pictures. */
final class TestPictures {
    private TestPictures() {}

    /** Noise, of odd sizes. */
    static Picture noise(int width, int height, long seed) {
        byte[] rgb = new byte[3 * width * height];
        new Random(seed).nextBytes(rgb);
        return new Picture(width, height, rgb);
    }

    /** One colour. */
    static Picture plain(int width, int height, int red, int green, int blue) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) red;
            rgb[i + 1] = (byte) green;
            rgb[i + 2] = (byte) blue;
        }
        return new Picture(width, height, rgb);
    }

    /** Class 0 is reddish, 1 greenish, 2 bluish, with noise. */
    static PictureSet colours(int size, long seed) {
        Random random = new Random(seed);
        List<Picture> pictures = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Picture picture = noise(9 + i % 4, 11, seed + i);
            int label = random.nextInt(3);
            for (int j = label; j < picture.rgb().length; j += 3) {
                picture.rgb()[j] = (byte) (190 + random.nextInt(60));
            }
            pictures.add(picture);
            labels.add(label);
        }
        return new PictureSet("colours", pictures, labels);
    }

    /** A PNG file of a picture. */
    static byte[] png(Picture picture) throws IOException {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int i = 3 * (y * picture.width() + x);
                byte[] rgb = picture.rgb();
                image.setRGB(x, y, (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | rgb[i + 2] & 0xff);
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, "png", file);
        return file.toByteArray();
    }
}
