package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code bench}, on a tiny model. */
class BenchCommandTest {
    @Test
    void timesEachBatchSize() {
        CommandRun run = CommandRun.of("bench", "--json", "--model", CHECKPOINT, "--batch", "1,3", "--runs", "2");
        assertThat(run.status()).isZero();
        List<JsonNode> lines = run.json();
        assertThat(lines).extracting(line -> line.path("batch").asInt()).containsExactly(1, 3);
        for (JsonNode line : lines) {
            assertThat(line.path("precision").asText()).isEqualTo("FP32");
            assertThat(line.path("median_ms_per_image").asDouble())
                    .isBetween(
                            line.path("min_ms_per_image").asDouble(),
                            line.path("max_ms_per_image").asDouble());
            assertThat(line.path("share_of_ceiling").asDouble()).isPositive();
        }
    }

    @Test
    void forPeopleItNamesTheCpuFirst() {
        CommandRun run = CommandRun.of("bench", "--model", CHECKPOINT, "--batch", "2", "--runs", "1");
        assertThat(run.status()).isZero();
        assertThat(run.lines()).hasSize(2);
        assertThat(run.lines().get(0)).startsWith("CPU features: ");
        assertThat(run.lines().get(1)).startsWith("FP32 batch 2: ").contains("ms per image", "images/s", "GFLOP/s");
    }

    @Test
    void aModelThatIsNotThereFailsBeforeAnythingIsPrinted() {
        CommandRun run = CommandRun.of("bench", "--model", CHECKPOINT.resolve("none"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .isEqualToIgnoringNewLines("vitrail: There is no model folder '" + CHECKPOINT.resolve("none")
                        + "'. try:  a folder that holds config.json and model.safetensors, or a hub name such as"
                        + " google/vit-base-patch16-224.");
    }

    @Test
    void countsMustBePositive() {
        CommandRun runs = CommandRun.of("bench", "--runs", "0");
        assertThat(runs.status()).isEqualTo(2);
        assertThat(runs.err()).startsWith("vitrail: --runs must be 1 to 10000, not 0\n");
        CommandRun batch = CommandRun.of("bench", "--batch", "8,0");
        assertThat(batch.status()).isEqualTo(2);
        assertThat(batch.err()).startsWith("vitrail: --batch must be 1 to 1024, not 0\n");
    }
}
