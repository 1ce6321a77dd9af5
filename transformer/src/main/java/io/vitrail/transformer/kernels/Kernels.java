package io.vitrail.transformer.kernels;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the operations for inference and for training, by device, CPU and asked precision: the one place that does.
 * Thread-safe; what was chosen once is kept as long as the program runs.
 */
public final class Kernels {
    private static final Logger LOGGER = LoggerFactory.getLogger(Kernels.class);

    private static final Map<Request, Optional<KernelArchive>> ARCHIVES = new ConcurrentHashMap<>();

    private static final Map<Device, KernelArchive> MIXED = new ConcurrentHashMap<>();

    private static final Map<Device, KernelArchive> TRAINING = new ConcurrentHashMap<>();

    private record Request(Device device, NumberType type) {
        @Override
        public boolean equals(Object other) { // by hand: the first of a record takes Java 10 ms
            return other instanceof Request request && request.device.equals(device) && request.type == type;
        }

        @Override
        public int hashCode() {
            return 31 * device.hashCode() + type.hashCode();
        }
    }

    private Kernels() {}

    /**
     * The fastest operations that this device and platform have at the precision; the readable ones, in float32, where
     * it has no kernels. A model has to be prepared with them before they serve it.
     */
    public static Operations choose(Device device, Precision precision) {
        return choose(device, precision, Steps.WHERE_THEY_PAY);
    }

    /** The same, with decoders of any size writing as large ones do: to try that out. */
    public static Operations choosingSteps(Device device, Precision precision) {
        return choose(device, precision, Steps.ALWAYS);
    }

    private static Operations choose(Device device, Precision precision, Steps steps) {
        NumberType type =
                switch (precision) {
                    case FP32 -> NumberType.FLOAT32;
                    case AUTO -> fastest(device, CpuFeatures.ofThisMachine());
                    case BF16 -> NumberType.BFLOAT16;
                    case INT8 -> NumberType.INT8;
                };
        Optional<KernelArchive> archive = ARCHIVES.computeIfAbsent(new Request(device, type), Kernels::forRequest);
        return archive.<Operations>map(a -> FastOperations.of(a, type, steps)).orElse(ReadableOperations.INSTANCE);
    }

    /**
     * What a training computes with, for {@link io.vitrail.transformer.TensorBlock#trainWith}; products are in bfloat16 for
     * {@code BF16}, and for {@code AUTO} on CPUs that have the instructions. The model isn't prepared.
     * Which kernels serve follows from the CPU and the number of threads, so that a training that goes on computes as before.
     */
    public static Operations forTraining(Device device, Precision precision) {
        CpuFeatures cpu = CpuFeatures.ofThisMachine();
        boolean mixed = precision == Precision.BF16
                || precision == Precision.AUTO && fastest(device, cpu) == NumberType.BFLOAT16;
        if (mixed) {
            return new MixedOperations(
                    MIXED.computeIfAbsent(device, d -> KernelArchive.compile(d, KernelSource.MIXED)));
        }
        KernelArchive archive = TRAINING.computeIfAbsent(device, d -> KernelArchive.compile(d, KernelSource.TRAINING));
        return !device.isGpu() && convolves(cpu, DjlEngine.threads())
                ? new ConvolvingOperations(archive)
                : new TrainingOperations(archive);
    }

    /** AMD's, for which MKL has no AVX-512 kernels. With one thread PyTorch convolves by itself, not by oneDNN. */
    static boolean convolves(CpuFeatures cpu, int threads) {
        return cpu.has(CpuFeatures.Feature.SSE4A) && cpu.has(CpuFeatures.Feature.AVX512) && threads > 1;
    }

    private static Optional<KernelArchive> forRequest(Request request) {
        boolean slow = request.type() == NumberType.BFLOAT16
                && !request.device().isGpu()
                && !CpuFeatures.ofThisMachine().multipliesBfloat16();
        if (slow) { // 2.4 times float32's time on a Zen 4 kept from its AVX512_BF16, 3.6 times with AVX2 only
            LOGGER.warn("This CPU has no bfloat16 instructions: BF16 works, but FP32 is faster.");
        }
        return firstThatWorks(request.device(), request.type(), sources(request));
    }

    /** bfloat16 only where it was measured to pay: 1.8 to 1.9 times float32 on Zen 4 (AVX512_BF16), 3 to 4 with AMX. */
    static NumberType fastest(Device device, CpuFeatures cpu) {
        return !device.isGpu() && cpu.multipliesBfloat16() ? NumberType.BFLOAT16 : NumberType.FLOAT32;
    }

    private static List<KernelMethods> sources(Request request) {
        List<KernelSource> sources = request.device().isGpu()
                ? List.of(KernelSource.PLAIN)
                : List.of(KernelSource.ONE_DNN, KernelSource.PLAIN);
        return sources.stream()
                .map(source -> request.type() == NumberType.INT8 ? source.methodsWithInt8() : source.methods())
                .toList();
    }

    /** The first of several archives whose operators libtorch has, and that compute rightly on the device. */
    static Optional<KernelArchive> firstThatWorks(Device device, NumberType type, List<KernelMethods> sources) {
        for (KernelMethods source : sources) {
            try {
                return Optional.of(triedOut(KernelArchive.compile(device, source), device, type));
            } catch (IllegalStateException e) {
                LOGGER.info("Some kernels for {} on {} are left out. {}", type, device, e.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * The archive, or it is closed: an operator may be there and yet fail on a platform or number type; so a small layer
     * is computed and compared.
     */
    static KernelArchive triedOut(KernelArchive archive, Device device, NumberType type) {
        try (NDManager manager = DjlEngine.newManager(device)) {
            NDArray x = manager.arange(24).toType(DataType.FLOAT32, false).sin().reshape(2, 3, 4);
            NDArray weight =
                    manager.arange(20).toType(DataType.FLOAT32, false).cos().reshape(5, 4);
            Affine affine = new Affine(weight, Optional.of(manager.ones(new Shape(5))), 4, 5);
            Operations fast = FastOperations.of(archive, type).within();
            NDArray actual = fast.leave(fast.linear(fast.enter(x), fast.prepare(affine), Activation.GELU));
            NDArray expected = ReadableOperations.INSTANCE.linear(x, affine, Activation.GELU);
            float difference = actual.sub(expected).abs().max().getFloat();
            Check.state(difference <= type.tolerance(), "A linear layer is wrong by %s.", difference);
            return archive;
        } catch (IllegalStateException e) {
            archive.close();
            throw e;
        }
    }
}
