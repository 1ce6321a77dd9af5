package io.vitrail.transformer.weights;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** Collects every way in which a checkpoint doesn't fit a model, to report all at once. */
final class Misfits {
    private static final int MOST_LISTED = 20; // of each kind
    private static final String REMEDY = "check that config.json belongs to these weights. If the model is new here:"
            + " a row of its weight table can be 'transposed', 'reshaped', 'fused', 'optional', 'tied' or 'unused'.";

    private final Set<String> missing = new LinkedHashSet<>(); // a fused weight's parts miss the same
    private final Set<String> leftOver = new LinkedHashSet<>();
    private final Set<String> misshapen = new LinkedHashSet<>();

    void addMissing(WeightBinding binding) {
        missing.add(String.format(
                "Weight %s of shape %s is missing (table row %d).",
                Quote.of(binding.name()),
                Arrays.toString(binding.storedShape()),
                binding.row().number()));
    }

    void addLeftOver(String name) {
        leftOver.add(String.format("Weight %s is left over: no row of the table needs it.", Quote.of(name)));
    }

    void addMisshapen(WeightBinding binding, StoredTensor tensor) {
        misshapen.add(String.format(
                "Weight %s has shape %s; the model needs %s (table row %d).",
                Quote.of(binding.name()),
                Arrays.toString(tensor.shape()),
                Arrays.toString(binding.storedShape()),
                binding.row().number()));
    }

    void addMistyped(WeightBinding binding, StoredTensor tensor) {
        misshapen.add(String.format(
                "Weight %s holds %s; the model needs floating-point numbers (table row %d).",
                Quote.of(binding.name()), tensor.type(), binding.row().number()));
    }

    /** Ends the loading if anything was collected. */
    void throwIfAny(Path file) {
        if (missing.isEmpty() && leftOver.isEmpty() && misshapen.isEmpty()) {
            return;
        }
        StringBuilder what = new StringBuilder(String.format(
                "The weights don't fit the model: %d missing, %d left over, %d of another shape or type.",
                missing.size(), leftOver.size(), misshapen.size()));
        append(what, missing);
        append(what, leftOver);
        append(what, misshapen);
        throw CheckpointException.of(what.toString(), file, REMEDY);
    }

    private static void append(StringBuilder text, Set<String> lines) {
        lines.stream().limit(MOST_LISTED).forEach(line -> text.append("\n  ").append(line));
        if (lines.size() > MOST_LISTED) {
            text.append("\n  … and ").append(lines.size() - MOST_LISTED).append(" more.");
        }
    }
}
