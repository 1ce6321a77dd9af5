package io.vitrail.transformer.weights;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All pairs of a weight and a parameter that a table makes of a model, grouped by parameter, checked for
 * contradictions.
 */
final class WeightBindings {
    private final Map<Parameter, List<WeightBinding>> byParameter = new LinkedHashMap<>();

    /**
     * Applies rows to a model.
     *
     * @throws IllegalStateException if table and model contradict each other, or a parameter has no row
     */
    WeightBindings(List<WeightRow> rows, String base, WeightHolder root, Map<String, Long> sizes) {
        for (WeightRow row : rows) {
            if (row.note() != RowNote.UNUSED) {
                new RowWalk(row, base, sizes, this::add).through(root);
            }
        }
        requireDistinctNames();
        requireWholeWeights();
        requireAllCovered(root, "");
    }

    /** Per parameter its weight, by which it is saved, then other names of that weight. */
    Collection<List<WeightBinding>> groups() {
        return byParameter.values();
    }

    private void add(WeightBinding binding) {
        List<WeightBinding> known = byParameter.computeIfAbsent(binding.parameter(), parameter -> new ArrayList<>());
        Check.state(
                known.isEmpty() || binding.row().note() == RowNote.TIED,
                "Table row %d: '%s' is loaded by an earlier row; if that is meant, note 'tied'",
                binding.row().number(),
                binding.path());
        known.add(binding);
    }

    private void requireDistinctNames() {
        Map<String, WeightRow> names = new HashMap<>();
        byParameter.values().stream()
                .flatMap(List::stream)
                .forEach(binding -> Check.state(
                        isPartOf(names.put(binding.name(), binding.row()), binding.row()),
                        "Table row %d: '%s' is loaded into two parameters",
                        binding.row().number(),
                        binding.name()));
    }

    private static boolean isPartOf(WeightRow other, WeightRow row) {
        return other == null
                || other.number() == row.number()
                        && other.part().index() < row.part().index();
    }

    /** A fused weight of which the model lacks a part could be loaded, but not saved. */
    private void requireWholeWeights() {
        Map<String, Integer> parts = new HashMap<>();
        byParameter.values().forEach(group -> group.forEach(binding -> parts.merge(binding.name(), 1, Integer::sum)));
        byParameter.values().stream()
                .flatMap(List::stream)
                .forEach(binding -> Check.state(
                        parts.get(binding.name()) == binding.row().part().count(),
                        "Table row %d: the model has %d of the %d parts of '%s'",
                        binding.row().number(),
                        parts.get(binding.name()),
                        binding.row().part().count(),
                        binding.name()));
    }

    private void requireAllCovered(WeightHolder holder, String path) {
        holder.parameters()
                .forEach((name, parameter) -> Check.state(
                        byParameter.containsKey(parameter),
                        "Parameter '%s%s' has no row in the weight table",
                        path,
                        name));
        holder.parts().forEach((name, part) -> requireAllCovered(part, path + name + "."));
    }
}
