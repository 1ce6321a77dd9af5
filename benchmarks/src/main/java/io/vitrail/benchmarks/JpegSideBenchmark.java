package io.vitrail.benchmarks;

import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Pixels;
import io.vitrail.vit.image.Resampling;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How much sooner is a JPEG a picture of 224 × 224, if it is decoded at a fraction of its size? What that does to the
 * answers, {@code eval classify DIR} with and without {@code --fast-jpeg} tells.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class JpegSideBenchmark {
    private static final int TAKEN = 224;

    /** Sizes of a web picture, a screen, and a camera. */
    @Param({"640x480", "1920x1080", "4000x3000"})
    public String size;

    /** What the shorter side keeps; the first: all of it. */
    @Param({"2147483647", "896", "448", "224"})
    public int side;

    private byte[] jpeg;
    private ImageReader reader;

    /** Smooth shapes with some grain, so that the JPEG is as large as a photo's. */
    @Setup
    public void paint() throws IOException {
        String[] sides = size.split("x");
        int width = Integer.parseInt(sides[0]);
        int height = Integer.parseInt(sides[1]);
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Random random = new Random(1);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int wave = (int) (100 + 60 * Math.sin(x / 97.0) * Math.cos(y / 71.0)) + random.nextInt(24);
                picture.setRGB(x, y, wave << 16 | (wave + 20) << 8 | (255 - wave));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(picture, "jpg", bytes);
        jpeg = bytes.toByteArray();
        reader = ImageReader.DEFAULT.withJpegSide(side);
    }

    @Benchmark
    public Image decode() {
        return reader.fromBytes(jpeg);
    }

    @Benchmark
    public Pixels decodeAndResize() {
        return PillowResize.to(TAKEN, TAKEN, Resampling.BICUBIC)
                .apply(reader.fromBytes(jpeg).pixels());
    }
}
