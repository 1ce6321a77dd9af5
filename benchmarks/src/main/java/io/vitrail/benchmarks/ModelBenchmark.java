package io.vitrail.benchmarks;

import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.vit.VisionBenchmark;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long does ViT-B/16 take for a batch at 224 pixels, pixels to logits? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 4)
@Fork(1)
public class ModelBenchmark {
    @Param({"FP32", "BF16"})
    public Precision precision;

    @Param({"1", "8"})
    public int batch;

    private VisionBenchmark model;

    @Setup
    public void load() {
        model = VisionBenchmark.vitBase(Compute.DEFAULT.withPrecision(precision));
    }

    @Benchmark
    public double pass() {
        return model.millis(batch);
    }

    @TearDown
    public void close() {
        model.close();
    }
}
