package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.kernels.Compute;
import org.junit.jupiter.api.Test;

/** A device is there, or is refused before the engine is asked for it. */
class DjlEngineTest {
    private static final Device MISSING = Device.gpu(999);
    private static final String REFUSAL = String.format(
            "There is no gpu(999) for PyTorch: its natives that are loaded see %d GPUs with CUDA.%n"
                    + "  try:  the CPU, or natives for CUDA on the class path in place of those for the CPU.",
            DjlEngine.gpus());

    @Test
    void theCpuIsAlwaysThere() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            assertThat(manager.getDevice()).isEqualTo(Device.cpu());
        }
    }

    @Test
    void aGpuThatIsNotThereIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DjlEngine.newManager(MISSING))
                .withMessage(REFUSAL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compute.DEFAULT.withDevice(MISSING).operations())
                .withMessage(REFUSAL);
    }
}
