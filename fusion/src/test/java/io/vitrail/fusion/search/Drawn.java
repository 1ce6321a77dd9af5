package io.vitrail.fusion.search;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures of random colours. */
final class Drawn {
    private Drawn() {}

    /** One with colours of its own, last changed at a time of its own. */
    static Path picture(Path file, int seed) {
        Random random = new Random(seed);
        int base = random.nextInt(1 << 24);
        BufferedImage image = new BufferedImage(20 + seed % 7, 16 + seed % 5, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 16 * 20; i++) {
            image.setRGB(i % 20, i / 20, base ^ random.nextInt(1 << 12));
        }
        try {
            Files.createDirectories(file.getParent());
            ImageIO.write(image, "png", file.toFile());
            return Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000L + seed)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** p0.png and so on. */
    static void pictures(Path folder, int count) {
        for (int i = 0; i < count; i++) {
            picture(folder.resolve("p" + i + ".png"), i);
        }
    }
}
