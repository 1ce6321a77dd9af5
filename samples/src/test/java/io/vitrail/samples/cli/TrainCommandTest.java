package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code train}: what it refuses before it begins. Training itself is tested in the module vit. */
class TrainCommandTest {
    @TempDir
    private Path folder;

    @Test
    void needsDataAndAFolder() {
        CommandRun run = CommandRun.of("train");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: Missing required options: '--data=DIR', '--out=DIR'");
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
        assertThat(run.err())
                .startsWith("vitrail: --stages must be like 7x40 (7 epochs of 40 × 40 pixels, a multiple of 8),"
                        + " not 7-40");
        assertThat(CommandRun.of("train", "--data", folder, "--out", folder, "--stages", "7x41")
                        .err())
                .contains("not 7x41");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rate           | -1   | --rate must be above 0 and at most 1, not -1.0",
                "--rate           | NaN  | --rate must be above 0 and at most 1, not NaN",
                "--rate           | fast | Invalid value for option '--rate': 'fast' is not a number",
                "--batch          | 0    | --batch must be at least 2, not 0",
                "--image-size     | 50   | --image-size must be a multiple of 8 up to 992, not 50",
                "--image-size     | 0    | --image-size must be a multiple of 8 up to 992, not 0",
                "--warm-up        | -5   | --warm-up must be at least 0, not -5",
                "--minutes        | 0    | --minutes must be 1 to 10000000, not 0",
                "--minutes        | 1.5  | Invalid value for option '--minutes': '1.5' is not a whole number",
                "--evaluate-every | 0    | --evaluate-every must be at least 1, not 0",
                "--precision      | INT8 | --precision must not be INT8: gradients can't flow through it",
                "--logit-adjustment | 2  | --logit-adjustment must be 0 to 1, not 2.0"
            })
    void numbersAreCheckedBeforeAnyDataIsRead(String option, String value, String message) {
        CommandRun run = CommandRun.of("train", "--data", folder, "--out", folder, option, value);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines()).containsExactly("vitrail: " + message, "see: vitrail train --help");
    }

    @Test
    void aCheckpointToBeginWithMustBeThere() {
        Path missing = folder.resolve("no-model");
        CommandRun run = CommandRun.of("train", "--data", folder, "--out", folder, "--from", missing);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: The folder of the checkpoint does not exist. file: " + missing);
    }
}
