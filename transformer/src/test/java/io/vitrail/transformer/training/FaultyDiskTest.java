package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.FaultyDisk;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A net is fine-tuned on a disk that becomes full. */
class FaultyDiskTest {
    @TempDir
    private Path folder;

    private static TuningReport tune(Path folder) {
        FineTuning how = FineTuning.builder()
                .rate(0.03)
                .averageDecay(0.9)
                .length(new Span.Steps(12))
                .saveEvery(Duration.ZERO)
                .build();
        try (PointsLesson lesson = new PointsLesson(8)) {
            return new FineTuner(lesson, how).run(folder, new TuningProgress() {});
        }
    }

    private static List<Double> losses(Path folder) {
        return TrainingHistory.read(folder.resolve(TrainingHistory.FILE)).steps().stream()
                .map(TrainingHistory.Step::loss)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 600, 5_000, 21_000, 40_000})
    void aTrainingOnADiskThatBecomesFullGoesOnFromItsLastState(int space) throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        tune(other);
        Path place = Files.createDirectory(folder.resolve("place"));
        assertThatThrownBy(() -> tune(FaultyDisk.full(place, space)))
                .isInstanceOf(CheckpointException.class)
                .hasRootCauseMessage("No space left on device")
                .hasMessageContaining("file: " + place)
                .hasMessageContaining("check its folder and the space on the disk");
        assertThat(place.toFile().list()).isSubsetOf(FineTuner.STATE, TrainingHistory.FILE);
        assertThat(tune(place).end()).isEqualTo(TuningReport.End.FINISHED);
        assertThat(losses(place)).isEqualTo(losses(other)).hasSize(12);
    }
}
