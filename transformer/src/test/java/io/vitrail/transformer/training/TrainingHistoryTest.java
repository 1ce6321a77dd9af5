package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingHistoryTest {
    private static final Map<String, String> SETTINGS = Map.of("seed", "7");
    private static final TrainingHistory.Step FIRST =
            new TrainingHistory.Step(1, 1, 0.75, OptionalDouble.of(0.5), 1e-4, 3.25, 0.5);
    private static final TrainingHistory.Step SECOND =
            new TrainingHistory.Step(2, 1, Double.NaN, OptionalDouble.empty(), 2e-4, Double.NaN, 1);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve(TrainingHistory.FILE);
    }

    private static TrainingHistory.Epoch epoch(long step) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", 0.5);
        metrics.put("a_loss", 0.25);
        Confusion confusion = Confusion.of(List.of("cat", "\"dog\""), new int[] {0, 1, 1}, new int[] {1, 1, 1});
        return new TrainingHistory.Epoch(1, step, 0.5, metrics, Optional.of(confusion));
    }

    @Test
    void whatIsWrittenIsRead() {
        try (HistoryFile history = HistoryFile.open(file, SETTINGS, 0)) {
            history.add(FIRST);
            history.add(SECOND);
            history.add(epoch(2));
        }
        TrainingHistory read = TrainingHistory.read(file);
        assertThat(read).isEqualTo(new TrainingHistory(SETTINGS, List.of(FIRST, SECOND), List.of(epoch(2))));
        assertThat(read.epochs().get(0).metrics().keySet()).containsExactly("accuracy", "a_loss");
        assertThat(read.confusion().orElseThrow().counts()).containsExactly(List.of(0, 1), List.of(0, 2));
    }

    @Test
    void whatCameAfterAStateIsWrittenAgain() {
        try (HistoryFile history = HistoryFile.open(file, SETTINGS, 0)) {
            history.add(FIRST);
            history.add(epoch(1));
            history.add(SECOND);
            history.add(epoch(2));
        }
        HistoryFile.open(file, SETTINGS, 1).close();
        TrainingHistory kept = TrainingHistory.read(file);
        assertThat(kept.steps()).containsExactly(FIRST);
        assertThat(kept.epochs()).containsExactly(epoch(1));
        HistoryFile.open(file, SETTINGS, 0).close();
        assertThat(TrainingHistory.read(file).steps()).isEmpty();
    }

    @Test
    void aLineThatWasCutOffIsPassedOverAtTheEndAlone() throws IOException {
        try (HistoryFile history = HistoryFile.open(file, SETTINGS, 0)) {
            history.add(FIRST);
        }
        String whole = Files.readString(file);
        Files.writeString(file, "{\"evaluated\": 1, \"metrics\": {\"loss\": 1}", StandardOpenOption.APPEND);
        assertThat(TrainingHistory.read(file).steps()).containsExactly(FIRST);
        Files.writeString(file, whole + "{\"step\": 2, \"lo");
        assertThat(TrainingHistory.read(file).steps()).containsExactly(FIRST);
        Files.writeString(file, "\n{}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> TrainingHistory.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Line 3 of the training's history cannot be read")
                .hasMessageContaining(file.toString());
    }

    @Test
    void valuesOfAnotherKindAreRefused() throws IOException {
        Files.writeString(file, "{\"step\": 1, \"loss\": \"low\"}\n");
        assertThatThrownBy(() -> TrainingHistory.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Line 1")
                .hasMessageContaining("'loss' is no number: \"low\"");
    }

    @Test
    void aConfusionIsASquare() {
        assertThatThrownBy(() -> new Confusion(List.of("a", "b"), List.of(List.of(1, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 classes need a square of as many counts");
    }
}
