package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelArchiveTest {
    private static final KernelArchive ARCHIVE = compile(
            """
              def scaled(self: __torch__.Kernels, x: Tensor, factor: float) -> Tensor:
                return torch.mul(x, factor)
              def halves(self: __torch__.Kernels, x: Tensor, axis: int) -> List[Tensor]:
                return torch.chunk(x, 2, axis)
              def product(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
                return torch.matmul(x, y)
            """);

    private final NDManager manager = DjlEngine.newManager(Device.cpu());

    @AfterEach
    void free() {
        manager.close();
    }

    private static KernelArchive compile(String methods) {
        return KernelArchive.compile(Device.cpu(), new KernelMethods("mine", methods));
    }

    @Test
    void itIsCalledByTheLibraryThatItsMethodsSay() {
        assertThat(ARCHIVE).hasToString("mine");
        assertThat(KernelSource.ONE_DNN.methods().library()).isEqualTo("oneDNN");
        assertThat(KernelSource.PLAIN.methods().library()).isEqualTo("PyTorch");
        assertThat(KernelSource.MIXED.library()).isEqualTo("PyTorch");
    }

    @Test
    void resultsBelongToTheManagerAskedFor() {
        NDArray x = manager.create(new float[] {1, -2, 4});
        try (NDManager scope = manager.newSubManager()) {
            NDArray y = ARCHIVE.call("scaled").with(x).with(0.5).into(scope);
            assertThat(y.toFloatArray()).containsExactly(0.5f, -1, 2);
            assertThat(scope.getManagedArrays()).containsExactly(y);
        }
        assertThat(manager.getManagedArrays()).containsExactly(x);
    }

    @Test
    void aMethodMayGiveSeveralArrays() {
        NDArray x = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(3, 2));
        NDList halves = ARCHIVE.call("halves").with(x).with(1).allInto(manager);
        assertThat(halves.get(0).toFloatArray()).containsExactly(1, 3, 5);
        assertThat(halves.get(1).toFloatArray()).containsExactly(2, 4, 6);
    }

    @Test
    void whatLibtorchRefusesIsAnExceptionWithItsReason() {
        NDArray x = manager.ones(new Shape(2, 3));
        assertThatIllegalStateException()
                .isThrownBy(() -> ARCHIVE.call("product").with(x).with(x).into(manager))
                .withMessageStartingWith("The kernel 'product' failed: ")
                .withMessageContaining("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)");
    }

    @Test
    void anUnknownOperatorIsRefusedAtOnce() {
        String method = "  def f(self: __torch__.Kernels, x: Tensor) -> Tensor:\n    return ops.nowhere.missing(x)\n";
        assertThatIllegalStateException()
                .isThrownBy(() -> compile(method))
                .withMessage("The kernels don't compile: Unknown builtin op: nowhere::missing.");
    }

    @Test
    void threadsGetTheSameBits() {
        NDArray x = manager.randomNormal(new Shape(67, 129));
        NDArray y = manager.randomNormal(new Shape(129, 31));
        float[] alone = ARCHIVE.call("product").with(x).with(y).into(manager).toFloatArray();
        List<float[]> together = IntStream.range(0, 50)
                .parallel()
                .mapToObj(i -> {
                    try (NDManager scope = manager.newSubManager()) {
                        return ARCHIVE.call("product")
                                .with(x)
                                .with(y)
                                .into(scope)
                                .toFloatArray();
                    }
                })
                .toList();
        assertThat(together).allSatisfy(product -> assertThat(product).isEqualTo(alone));
    }
}
