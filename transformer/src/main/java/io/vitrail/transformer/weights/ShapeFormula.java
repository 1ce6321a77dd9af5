package io.vitrail.transformer.weights;

import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A shape in terms of a model's sizes, such as {@code 3*width, 1}; {@code scalar} has no axes.
 *
 * @param axes per axis, the factors of its length: numbers, and names of sizes
 */
record ShapeFormula(List<List<String>> axes) {
    static final String SCALAR = "scalar";

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    static ShapeFormula parse(String text) {
        if (text.equals(SCALAR)) {
            return new ShapeFormula(List.of());
        }
        return new ShapeFormula(Arrays.stream(text.split(","))
                .map(axis -> Arrays.stream(axis.split("\\*")).map(String::strip).toList())
                .toList());
    }

    /**
     * The shape for these sizes.
     *
     * @param indices values for indices in the sizes' names: {@code width{i}} is {@code width2} where i is 2
     */
    long[] evaluate(Map<String, String> indices, Map<String, Long> sizes) {
        return axes.stream()
                .mapToLong(factors -> factors.stream()
                        .mapToLong(factor -> value(WeightRow.withIndices(factor, indices), sizes))
                        .reduce(1, Math::multiplyExact))
                .toArray();
    }

    private static long value(String factor, Map<String, Long> sizes) {
        if (NUMBER.matcher(factor).matches()) {
            return Long.parseLong(factor);
        }
        Check.state(sizes.containsKey(factor), "Size '%s' of a weight table isn't among %s", factor, sizes.keySet());
        return sizes.get(factor);
    }
}
