package io.vitrail.benchmarks;

import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageReader;
import io.vitrail.vit.image.PillowResize;
import io.vitrail.vit.image.Pixels;
import io.vitrail.vit.image.Resampling;
import java.util.concurrent.TimeUnit;
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

    @Setup
    public void paint() {
        String[] sides = size.split("x");
        jpeg = PaintedPhoto.jpeg(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
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
