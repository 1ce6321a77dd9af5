package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train}: what it refuses before it begins. Training itself is tested in the module vit. */
class TrainCommandTest {
    @TempDir
    private Path folder;

    @Test
    void needsDataAndAFolder() {
        CommandRun run = CommandRun.of("train");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("Missing required options: '--data=DIR', '--out=DIR'");
    }

    @Test
    void dataThatIsNotThereFails() {
        Path missing = folder.resolve("no-data");
        CommandRun run = CommandRun.of("train", "--data", missing, "--out", folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains(missing.toString());
    }

    @Test
    void aStageIsEpochsTimesPixels() {
        CommandRun run = CommandRun.of("train", "--data", folder, "--out", folder, "--stages", "7-40");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--stages must be like 7x40 (7 epochs of 40 × 40 pixels), not 7-40");
    }
}
