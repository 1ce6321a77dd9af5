package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Activation;
import io.vitrail.transformer.Affine;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelsTest {
    private static final CpuFeatures WITH_BFLOAT16 = CpuFeatures.parse("flags : avx2 avx512bw avx512_bf16\n");
    private static final CpuFeatures WITHOUT = CpuFeatures.parse("flags : avx2 avx512bw avx512_vnni\n");
    private static final Device CPU = Device.cpu();
    private static final KernelMethods WITHOUT_BIAS =
            changed(KernelSource.PLAIN, "torch.linear(x, w, b)", "torch.linear(x, w, None)");

    @Test
    void theSameOperationsServeInsideAndOutsideInFloat32() {
        Operations operations = Kernels.choose(CPU, Precision.FP32);
        assertThat(operations.within()).isSameAs(operations);
    }

    @Test
    void bfloat16StaysWithinTheEncoder() {
        Operations operations = Kernels.choose(CPU, Precision.BF16);
        assertThat(timesOne(operations, 1.001f)).containsExactly(1.001f);
        assertThat(timesOne(operations.within(), 1.001f)).containsExactly(1);
    }

    private static float[] timesOne(Operations operations, float x) {
        try (NDManager manager = DjlEngine.newManager(CPU)) {
            Affine one = operations.prepare(new Affine(manager.ones(new Shape(1, 1)), Optional.empty(), 1, 1));
            NDArray product = operations.linear(manager.create(new float[] {x}), one, Activation.LINEAR);
            return operations.leave(product).toFloatArray();
        }
    }

    @Test
    void autoTakesBfloat16WhereTheCpuMultipliesIt() {
        assertThat(Kernels.fastest(CPU, WITH_BFLOAT16)).isEqualTo(NumberType.BFLOAT16);
        assertThat(Kernels.fastest(CPU, WITHOUT)).isEqualTo(NumberType.FLOAT32);
        assertThat(Kernels.fastest(Device.gpu(), WITH_BFLOAT16)).isEqualTo(NumberType.FLOAT32);
    }

    @Test
    void trainingConvolvesWhereThatWasMeasuredToPay() {
        CpuFeatures zen4 = CpuFeatures.parse("flags : sse4a avx2 avx512bw avx512_bf16\n");
        assertThat(Kernels.convolves(zen4, 2)).isTrue();
        assertThat(Kernels.convolves(zen4, 1)).isFalse();
        assertThat(Kernels.convolves(WITH_BFLOAT16, 2)).isFalse();
        assertThat(Kernels.convolves(CpuFeatures.parse("flags : sse4a avx2\n"), 2))
                .isFalse();
    }

    @Test
    void anUnknownOperatorIsPassedOver() {
        KernelMethods unknown = changed(KernelSource.ONE_DNN, "_linear_pointwise", "_missing");
        assertThat(firstThatWorks(unknown)).isEmpty();
        assertThat(firstThatWorks(unknown, KernelSource.PLAIN.methods())).isPresent();
    }

    @Test
    void aWrongKernelIsPassedOver() {
        assertThat(firstThatWorks(WITHOUT_BIAS)).isEmpty();
    }

    @Test
    void aWrongKernelIsFreed() {
        KernelArchive archive = KernelArchive.compile(CPU, WITHOUT_BIAS);
        assertThatIllegalStateException()
                .isThrownBy(() -> Kernels.triedOut(archive, CPU, NumberType.FLOAT32))
                .withMessageStartingWith("A linear layer is wrong by ");
        try (NDManager manager = DjlEngine.newManager(CPU)) {
            NDArray x = manager.ones(new Shape(1));
            assertThatIllegalStateException()
                    .isThrownBy(() -> archive.call("residual").with(x).with(x).into(manager))
                    .withMessageContaining("released");
        }
    }

    private static Optional<KernelArchive> firstThatWorks(KernelMethods... sources) {
        return Kernels.firstThatWorks(CPU, NumberType.FLOAT32, List.of(sources));
    }

    private static KernelMethods changed(KernelSource source, String from, String to) {
        KernelMethods methods = source.methods();
        return new KernelMethods(methods.library(), methods.text().replace(from, to));
    }
}
