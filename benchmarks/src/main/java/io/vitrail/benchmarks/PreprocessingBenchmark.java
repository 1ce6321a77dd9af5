package io.vitrail.benchmarks;

import io.vitrail.vit.image.Image;
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

/** Is a photo of 12 megapixels resized to 224 pixels in no more time than its JPEG takes to decode? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PreprocessingBenchmark {
    private static final int WIDTH = 4000;
    private static final int HEIGHT = 3000;
    private static final int SIDE = 224;

    @Param({"BILINEAR", "BICUBIC", "LANCZOS"})
    public Resampling filter;

    private byte[] jpeg;
    private Pixels photo;

    @Setup
    public void paint() {
        jpeg = PaintedPhoto.jpeg(WIDTH, HEIGHT);
        photo = Image.fromBytes(jpeg).pixels();
    }

    @Benchmark
    public Image decode() {
        return Image.fromBytes(jpeg);
    }

    @Benchmark
    public Pixels resize() {
        return PillowResize.to(SIDE, SIDE, filter).apply(photo);
    }
}
