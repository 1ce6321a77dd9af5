package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How pictures are read, told by the numbers that come of them. */
class ReadingOptionsTest {
    @TempDir
    private Path folder;

    private Path photo;

    @BeforeEach
    void paint() throws IOException {
        BufferedImage picture = new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 400 * 300; i++) {
            picture.setRGB(i % 400, i / 400, i % 400 / 2 << 16 | i / 800 << 8 | i % 7 * 30);
        }
        photo = written(picture, "jpg");
    }

    @Test
    void transparencyIsDroppedOrLaidOverAColour() throws IOException {
        Path clear = written(new BufferedImage(20, 20, BufferedImage.TYPE_INT_ARGB), "png"); // transparent black
        BufferedImage red = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
        Path black = written(red, "bmp");
        Graphics2D graphics = red.createGraphics();
        graphics.setColor(Color.RED);
        graphics.fillRect(0, 0, 20, 20);
        assertThat(embedding(clear)).isEqualTo(embedding(black));
        assertThat(embedding(clear, "--background", "FF0000"))
                .isEqualTo(embedding(written(red, "png")))
                .isNotEqualTo(embedding(black));
    }

    @Test
    void wideGreyIsClippedOrScaled() throws IOException {
        BufferedImage grey = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage wide = new BufferedImage(20, 20, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 400; i++) {
            grey.getRaster().setSample(i % 20, i / 20, 0, i / 2);
            wide.getRaster().setSample(i % 20, i / 20, 0, i / 2 << 8);
        }
        Path file = written(wide, "png");
        assertThat(embedding(file, "--scale-grey"))
                .isNotEqualTo(embedding(file))
                .isEqualTo(embedding(written(grey, "bmp")));
    }

    @Test
    void jpegsMayBeDecodedSmaller() {
        String whole = embedding(photo);
        assertThat(embedding(photo, "--fast-jpeg", "151")).isEqualTo(whole);
        assertThat(embedding(photo, "--fast-jpeg", "150")).isNotEqualTo(whole);
    }

    @Test
    void largerPicturesAreRefused() {
        CommandRun run = CommandRun.of("classify", "--model", CHECKPOINT, "--max-pixels", 400 * 300 - 1, photo);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vitrail: " + photo + ": The picture has 400 x 300 pixels; the limit is 119,999.");
    }

    /** Every command that reads pictures heeds them. */
    @Test
    void otherCommandsHaveTheSameOptions() {
        CommandRun attention = CommandRun.of("attention", "--json", "--max-pixels", 9, photo);
        assertThat(attention.out()).contains("The picture has 400 x 300 pixels; the limit is 9.");
        CommandRun eval = CommandRun.of("eval", "classify", "--max-pixels", 0, folder);
        assertThat(eval.err()).startsWith("vitrail: --max-pixels must be at least 1, not 0");
    }

    private static String embedding(Path file, String... options) {
        Object[] line = new Object[options.length + 5];
        System.arraycopy(new Object[] {"embed", "--raw", "--model", CHECKPOINT, file}, 0, line, 0, 5);
        System.arraycopy(options, 0, line, 5, options.length);
        CommandRun run = CommandRun.of(line);
        assertThat(run.status()).as(run.err()).isZero();
        return run.out().substring(run.out().indexOf('\t'));
    }

    private Path written(BufferedImage picture, String format) throws IOException {
        Path file = folder.resolve(picture.getType() + "." + format);
        assertThat(ImageIO.write(picture, format, file.toFile())).isTrue();
        return file;
    }
}
