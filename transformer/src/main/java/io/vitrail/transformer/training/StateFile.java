package io.vitrail.transformer.training;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The file that a training's state is kept in, and what must agree to resume it. For one thread. */
public final class StateFile {
    private static final String FINGERPRINT = "fingerprint";

    private final Path file;
    private final String fingerprint;
    private final TrainingState state;

    /**
     * @param file its folder is made
     * @param fingerprint tells this training from others: its options and data, in words
     * @throws CheckpointException if the folder can't be made
     */
    public StateFile(Path file, String fingerprint, TrainingState state) {
        this.file = file;
        this.fingerprint = fingerprint;
        this.state = state;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw CheckpointException.of(
                    "Cannot make the folder of the training's state: " + e.getMessage(),
                    file,
                    "give a file in a folder that you may write to.",
                    e);
        }
    }

    public Path file() {
        return file;
    }

    /** Writes the state, and a few facts of the caller's, at once. */
    public void save(Map<String, String> facts) {
        Map<String, String> all = new TreeMap<>(facts);
        all.put(FINGERPRINT, fingerprint);
        state.save(file, all);
    }

    /**
     * Takes over the state, if there is a file.
     *
     * @return the facts that were saved with it
     * @throws CheckpointException if the file is damaged or of another training
     */
    public Optional<Map<String, String>> resume() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String begun = TrainingState.facts(file).get(FINGERPRINT);
        if (!fingerprint.equals(begun)) {
            throw CheckpointException.of(
                    String.format(
                            "The training was begun with other options or pictures.%n  then: %s%n  now:  %s",
                            begun, fingerprint),
                    file,
                    "resume with the same ones, or delete the file to begin anew.");
        }
        return Optional.of(state.restore(file));
    }
}
