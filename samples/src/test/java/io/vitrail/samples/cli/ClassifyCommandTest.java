package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code classify IMAGE…}. */
class ClassifyCommandTest {
    private static final Path PHOTO = CHECKPOINT.resolve("photo.png");
    private static final Path DRAWING = CHECKPOINT.resolve("drawing.png");

    @TempDir
    private Path folder;

    @Test
    void namesTheFileThenLabelsWithProbabilities() {
        CommandRun run = CommandRun.of("classify", "--model", CHECKPOINT, PHOTO, DRAWING);
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        List<String> lines = run.lines();
        assertThat(lines).hasSize(12);
        assertThat(lines.get(0)).isEqualTo(PHOTO.toString());
        assertThat(lines.subList(1, 6))
                .allMatch(line -> line.matches(" {2,4}\\d{1,3}\\.\\d %  (cat|dog|car|tree|boat)"));
        assertThat(lines.get(6)).isEqualTo(DRAWING.toString());
    }

    @Test
    void jsonIsOneObjectPerLineBestFirst() {
        CommandRun run = CommandRun.of("classify", "--json", "--top-k", "3", "-m", CHECKPOINT, PHOTO, DRAWING);
        assertThat(run.status()).isZero();
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).path("file").asText()).isEqualTo(PHOTO.toString());
        assertThat(lines.get(1).path("file").asText()).isEqualTo(DRAWING.toString());
        for (JsonNode line : lines) {
            assertThat(line.fieldNames()).toIterable().containsExactly("file", "labels");
            JsonNode labels = line.path("labels");
            assertThat(labels).hasSize(3);
            for (int i = 0; i < 3; i++) {
                assertThat(labels.path(i).fieldNames()).toIterable().containsExactly("label", "probability");
                assertThat(probability(labels, i)).isBetween(0.0, i == 0 ? 1.0 : probability(labels, i - 1));
            }
        }
    }

    private static double probability(JsonNode labels, int rank) {
        return labels.path(rank).path("probability").asDouble();
    }

    @Test
    void oneBadFileIsReportedAndTheOthersAreDone() {
        Path missing = folder.resolve("missing.jpg");
        CommandRun run = CommandRun.of("classify", "--model", CHECKPOINT, "--top-k", "1", PHOTO, missing, DRAWING);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: " + missing + ": There is no such file.");
        assertThat(run.lines()).hasSize(4).contains(PHOTO.toString(), DRAWING.toString());
    }

    @Test
    void jsonReportsABadFileInItsPlace() {
        Path noPicture = CHECKPOINT.resolve("config.json");
        CommandRun run = CommandRun.of("classify", "--json", "--model", CHECKPOINT, noPicture, PHOTO);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).fieldNames()).toIterable().containsExactly("file", "error");
        assertThat(lines.get(0).path("file").asText()).isEqualTo(noPicture.toString());
        assertThat(lines.get(0).path("error").asText()).isNotBlank();
        assertThat(lines.get(1).path("labels")).hasSize(5);
    }

    @Test
    void atLeastOneLabelMustBeAskedFor() {
        CommandRun run = CommandRun.of("classify", "--top-k", "0", "--model", CHECKPOINT, PHOTO);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: --top-k must be at least 1, not 0\n");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void numbersMustBeNumbers() {
        CommandRun run = CommandRun.of("classify", "--top-k", "many", PHOTO);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--top-k").contains("many");
    }

    @Test
    void aModelThatIsNotThereFailsWithARemedy() {
        Path missing = folder.resolve("no-model");
        CommandRun run = CommandRun.of("classify", "--model", missing, PHOTO);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vitrail: There is no model folder '" + missing + "'.")
                .contains("try:");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anEmptyModelFolderFails() {
        CommandRun run = CommandRun.of("classify", "--model", folder, PHOTO);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: ").contains(folder.toString());
    }

    @Test
    void reducedPrecisionGivesNearlyTheSame() {
        CommandRun exact = CommandRun.of("classify", "--json", "--model", CHECKPOINT, PHOTO);
        CommandRun reduced = CommandRun.of("classify", "--json", "--precision", "bf16", "--model", CHECKPOINT, PHOTO);
        assertThat(reduced.status()).isZero();
        double difference = probability(exact.json().get(0).path("labels"), 0)
                - probability(reduced.json().get(0).path("labels"), 0);
        assertThat(Math.abs(difference)).isLessThan(0.03);
    }

    @Test
    void aGpuThatIsNotThereIsTwoLinesWithARemedy() {
        CommandRun run = CommandRun.of("classify", "--device", "gpu999", "--model", CHECKPOINT, PHOTO);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .matches("vitrail: --device gpu999 isn't there: PyTorch as it is installed here finds"
                        + " \\d+ GPUs with CUDA.\\R  try:  --device cpu; .*\\R");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aConfigThatNoModelCanBeNamesItsFileAndARemedy() throws IOException {
        for (String file : List.of("config.json", "model.safetensors", "preprocessor_config.json")) {
            Files.copy(CHECKPOINT.resolve(file), folder.resolve(file));
        }
        Path config = folder.resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 7"));
        for (String command : List.of("classify", "embed")) {
            CommandRun run = CommandRun.of(command, "--model", folder, PHOTO);
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith("vitrail: width (32) must be divisible by heads (7)")
                    .contains(" file: " + config, " try:  download the file again");
        }
    }

    @Test
    void unknownPrecisionsAndDevicesAreAWrongCommandLine() {
        CommandRun precision = CommandRun.of("classify", "--precision", "fp8", PHOTO);
        assertThat(precision.status()).isEqualTo(2);
        assertThat(precision.err()).contains("--precision").contains("FP32");
        CommandRun device = CommandRun.of("classify", "--device", "tpu", PHOTO);
        assertThat(device.status()).isEqualTo(2);
        assertThat(device.err()).startsWith("vitrail: --device must be cpu, gpu0, gpu1, …, not tpu\n");
    }
}
