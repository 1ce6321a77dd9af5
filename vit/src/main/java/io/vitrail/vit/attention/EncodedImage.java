package io.vitrail.vit.attention;

import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Pixels;
import io.vitrail.vit.image.Resampling;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures as the content of files. */
final class EncodedImage {
    private static final float QUALITY = 0.88f;

    private EncodedImage() {}

    static byte[] png(Image image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        return written(image.pixels(), writer, writer.getDefaultWriteParam());
    }

    /** Made smaller, if need be, so that no side is longer than this. */
    static byte[] jpeg(Image image, int longestSide) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(QUALITY);
        return written(reduced(image, longestSide), writer, parameters);
    }

    private static Pixels reduced(Image image, int longestSide) {
        double scale = Math.min(1, (double) longestSide / Math.max(image.width(), image.height()));
        int width = Math.max(1, (int) Math.round(scale * image.width()));
        int height = Math.max(1, (int) Math.round(scale * image.height()));
        return PillowResize.to(width, height, Resampling.BICUBIC).apply(image.pixels());
    }

    private static byte[] written(Pixels pixels, ImageWriter writer, ImageWriteParam parameters) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(desktop(pixels), null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage desktop(Pixels pixels) {
        int width = pixels.width();
        byte[] samples = pixels.samples();
        BufferedImage image = new BufferedImage(width, pixels.height(), BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0; y < pixels.height(); y++) {
            for (int x = 0; x < width; x++) {
                int at = 3 * (y * width + x);
                row[x] = (samples[at] & 0xFF) << 16 | (samples[at + 1] & 0xFF) << 8 | samples[at + 2] & 0xFF;
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        return image;
    }
}
