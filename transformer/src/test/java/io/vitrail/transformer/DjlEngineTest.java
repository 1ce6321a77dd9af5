package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.vitrail.transformer.kernels.Compute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device is there, or is refused before the engine is asked for it; and so many threads compute. */
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

    @Test
    void noMoreThreadsThanProcessorsShareAnOperation() throws Exception {
        assertThat(threadsOf("", "-XX:ActiveProcessorCount=1")).isEqualTo("1");
        assertThat(threadsOf("3", "-XX:ActiveProcessorCount=1")).isEqualTo("3");
        assertThat(threadsOf("", "-Dai.djl.pytorch.num_threads=2", "-XX:ActiveProcessorCount=1"))
                .isEqualTo("2");
    }

    @Test
    void theNumberOfThreadsIsChosenBeforeTheEngineStarts() {
        assertThat(DjlEngine.threads()).isPositive();
        assertThatIllegalStateException()
                .isThrownBy(() -> DjlEngine.useThreads(1))
                .withMessage("PyTorch has been started already. Call useThreads before anything else of this library.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DjlEngine.useThreads(0))
                .withMessage("At least 1 thread must compute, not 0.");
    }

    /** What a JVM of its own says that was started like this. */
    private static String threadsOf(String chosen, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(options));
        command.add(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Threads.class.getName(), chosen));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeAll(List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS"));
        Process program = builder.start();
        String printed = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(program.waitFor()).isZero();
        return printed;
    }

    /** Prints how many threads share an operation's work, after its argument was chosen. */
    static final class Threads {
        public static void main(String[] arguments) {
            if (!arguments[0].isEmpty()) {
                DjlEngine.useThreads(Integer.parseInt(arguments[0]));
            }
            System.out.println(DjlEngine.threads());
        }
    }
}
