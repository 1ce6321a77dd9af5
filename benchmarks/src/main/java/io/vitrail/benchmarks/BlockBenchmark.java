package io.vitrail.benchmarks;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Bias;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Encoder;
import io.vitrail.transformer.EncoderConfig;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
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

/** What do the kernels gain over the readable operations in one encoder block of ViT-B/16 (197 tokens)? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class BlockBenchmark {
    private static final int TOKENS = 197;
    private static final int WIDTH = 768;

    /** Which operations compute. */
    public enum Face {
        READABLE,
        FAST_FP32,
        FAST_BF16;

        Operations operations() {
            return switch (this) {
                case READABLE -> ReadableOperations.INSTANCE;
                case FAST_FP32 -> Kernels.choose(Device.cpu(), Precision.FP32);
                case FAST_BF16 -> Kernels.choose(Device.cpu(), Precision.BF16);
            };
        }
    }

    @Param
    public Face face;

    @Param({"1", "8"})
    public int batch;

    private Session<Encoder> session;

    @Setup
    public void prepare() {
        DjlEngine.get();
        EncoderConfig config = new EncoderConfig(WIDTH, 1, 12, 4 * WIDTH, 1e-12f, Activation.GELU, Bias.PRESENT);
        Encoder encoder = config.preNormEncoder();
        Shape shape = new Shape(batch, TOKENS, WIDTH);
        session = new Session<>(encoder, face.operations(), Device.cpu(), manager -> load(encoder, manager, shape));
    }

    private static void load(Encoder encoder, NDManager manager, Shape shape) {
        encoder.initialize(manager, DataType.FLOAT32, shape);
    }

    @Benchmark
    public float[] block() {
        Shape shape = new Shape(batch, TOKENS, WIDTH);
        return session.run((encoder, scope, pass) ->
                encoder.forward(scope.ones(shape), pass).get(":1, :1, :1").toFloatArray());
    }

    @TearDown
    public void close() {
        session.close();
    }
}
