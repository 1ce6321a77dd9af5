package io.vitrail.transformer.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import org.junit.jupiter.api.Test;

class OperationsAheadTest {
    @Test
    void theyAreThoseOfTheCompute() {
        try (OperationsAhead ahead = OperationsAhead.of(Compute.DEFAULT)) {
            assertThat(ahead.operations())
                    .hasToString(Compute.DEFAULT.operations().toString());
        }
    }

    @Test
    void failuresAreToldWhenTheyAreAskedFor() {
        Compute absent = Compute.DEFAULT.withDevice(Device.gpu(99));
        try (OperationsAhead ahead = OperationsAhead.of(absent)) {
            assertThatThrownBy(ahead::operations).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void nothingRunsOnBehindIt() {
        OperationsAhead.of(Compute.DEFAULT).close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("vitrail-kernels");
    }
}
