package io.vitrail.transformer.training;

import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        String begun = TrainingState.facts(file).getOrDefault(FINGERPRINT, "");
        if (!fingerprint.equals(begun)) {
            throw CheckpointException.of(
                    String.format(
                            "The training was begun with other options or pictures.%n  then: %s%n  now:  %s",
                            part(begun, fingerprint), part(fingerprint, begun)),
                    file,
                    "resume with the same ones, or delete the file to begin anew.");
        }
        return Optional.of(state.restore(file));
    }

    /** What differs from another text: from the first such word to the last, and the words about them. */
    private static String part(String text, String other) {
        List<String> words = List.of(text.split(" "));
        List<String> others = List.of(other.split(" "));
        int shorter = Math.min(words.size(), others.size());
        int first = 0;
        while (first < shorter && words.get(first).equals(others.get(first))) {
            first++;
        }
        int behind = 0;
        while (behind < shorter - first
                && words.get(words.size() - 1 - behind).equals(others.get(others.size() - 1 - behind))) {
            behind++;
        }
        int start = Math.max(0, first - 1);
        int end = Math.min(words.size(), words.size() - behind + 1);
        return (start > 0 ? "… " : "") + String.join(" ", words.subList(start, end)) + (end < words.size() ? " …" : "");
    }
}
