package io.vitrail.transformer.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a {@link TrainingHistory} as it comes. A last line that a killed program left unfinished is passed over. */
final class HistoryFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MOST_BYTES = 1L << 28;

    private final Path file;
    private final BufferedWriter writer;

    private HistoryFile(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /** Begins a file, or goes on behind a step: what an earlier run wrote of later ones is taken again. */
    static HistoryFile open(Path file, Map<String, String> settings, long step) {
        try {
            List<TrainingHistory.Step> steps = new ArrayList<>();
            List<TrainingHistory.Epoch> epochs = new ArrayList<>();
            if (step > 0 && Files.exists(file)) {
                TrainingHistory before = read(file, step);
                steps.addAll(before.steps());
                epochs.addAll(before.epochs());
            }
            return rewritten(file, new TrainingHistory(settings, steps, epochs));
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static HistoryFile rewritten(Path file, TrainingHistory kept) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            write(part, kept);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return new HistoryFile(file, Files.newBufferedWriter(file, StandardOpenOption.APPEND));
    }

    private static void write(Path part, TrainingHistory kept) throws IOException {
        try (HistoryFile fresh = new HistoryFile(part, Files.newBufferedWriter(part))) {
            fresh.line(HistoryLine.of(kept.settings()));
            int epochs = 0;
            for (TrainingHistory.Step step : kept.steps()) {
                fresh.add(step);
                while (epochs < kept.epochs().size()
                        && kept.epochs().get(epochs).step() <= step.number()) {
                    fresh.add(kept.epochs().get(epochs++));
                }
            }
        }
    }

    void add(TrainingHistory.Step step) {
        line(HistoryLine.of(step));
    }

    void add(TrainingHistory.Epoch epoch) {
        line(HistoryLine.of(epoch));
    }

    private void line(JsonNode json) {
        try {
            writer.write(JSON.writeValueAsString(json));
            writer.newLine();
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** So that the file holds no less than a state that is saved now. */
    void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** The history up to a step. */
    static TrainingHistory read(Path file, long lastStep) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<TrainingHistory.Step> steps = new ArrayList<>();
        List<TrainingHistory.Epoch> epochs = new ArrayList<>();
        int number = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            checkSize(file);
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                JsonNode json = parsed(line, reader.ready());
                HistoryLine.settings(json).forEach(settings::put);
                HistoryLine.step(json).filter(step -> step.number() <= lastStep).ifPresent(steps::add);
                HistoryLine.epoch(json)
                        .filter(epoch -> epoch.step() <= lastStep)
                        .ifPresent(epochs::add);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw CheckpointException.of(
                    "Line " + number + " of the training's history cannot be read: " + e.getMessage(),
                    file,
                    "remove the line, or the file: only curves are lost.",
                    e);
        }
        return new TrainingHistory(settings, steps, epochs);
    }

    /** A line; if it is the last and unfinished, nothing: the program was killed while it wrote. */
    private static JsonNode parsed(String line, boolean othersFollow) throws IOException {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            if (othersFollow) {
                throw e;
            }
            return MissingNode.getInstance();
        }
    }

    private static void checkSize(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("the file has more than " + MOST_BYTES + " bytes");
        }
    }

    private static CheckpointException unwritable(Path file, IOException e) {
        return CheckpointException.of(
                "The training's history cannot be written: " + e + ".",
                file,
                "check its folder and the space on the disk; the training goes on from its last state.",
                e);
    }
}
