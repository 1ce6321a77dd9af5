package io.vitrail.transformer.weights;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Finds the parameters that a row of a weight table names: walks its path through a model's parts, and lets its indices
 * range over lists of parts. A path that this configuration of the model doesn't have leads to nothing.
 */
final class RowWalk {
    private static final String WEIGHT = "weight";
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private final WeightRow row;
    private final String base;
    private final Map<String, Long> sizes;
    private final Consumer<WeightBinding> found;
    private final String[] path;

    /**
     * @param base the prefix of the base model in the checkpoint's names, or the empty text
     * @param sizes values for the names in the row's shape
     * @param found takes each pair of weight and parameter
     */
    RowWalk(WeightRow row, String base, Map<String, Long> sizes, Consumer<WeightBinding> found) {
        this.row = row;
        this.base = base;
        this.sizes = sizes;
        this.found = found;
        path = row.block().split("\\.");
    }

    void through(WeightHolder root) {
        from(root, 0, Map.of());
    }

    private void from(WeightHolder holder, int depth, Map<String, String> indices) {
        if (depth == path.length) {
            holder.parameters().forEach((name, parameter) -> bind(holder, name, parameter, indices));
            return;
        }
        String index = WeightRow.index(path[depth]);
        if (index.isEmpty() || indices.containsKey(index)) {
            into(holder, WeightRow.withIndices(path[depth], indices), depth, indices);
            return;
        }
        holder.parts().keySet().stream()
                .filter(name -> NUMBER.matcher(name).matches())
                .sorted(Comparator.comparingInt(Integer::parseInt))
                .forEach(number -> into(holder, number, depth, with(indices, index, number)));
    }

    private void into(WeightHolder holder, String segment, int depth, Map<String, String> indices) {
        WeightHolder part = holder.parts().get(segment);
        if (part != null) {
            from(part, depth + 1, indices);
        } else if (depth == path.length - 1 && holder.parameters().containsKey(segment)) {
            bindDocumented("", holder.parameters().get(segment), indices);
        }
    }

    /** Binds a parameter of the holder that the whole path leads to; the row documents the shape of the main one. */
    private void bind(WeightHolder holder, String name, Parameter parameter, Map<String, String> indices) {
        boolean alone = holder.parameters().size() == 1;
        Check.state(
                alone || holder.parameters().containsKey(WEIGHT),
                "Table row %d: '%s' has several parameters and none is called 'weight'; give each a row",
                row.number(),
                blockPath(indices));
        if (alone || name.equals(WEIGHT)) {
            bindDocumented("." + name, parameter, indices);
        } else {
            bind("." + name, parameter, indices, stored(shapeOf(parameter, indices)));
        }
    }

    private void bindDocumented(String ending, Parameter parameter, Map<String, String> indices) {
        long[] documented = row.shape().evaluate(indices, sizes);
        Check.state(
                Arrays.equals(documented, shapeOf(parameter, indices)),
                "Table row %d says %s; parameter '%s' has shape %s",
                row.number(),
                Arrays.toString(documented),
                blockPath(indices) + ending,
                Arrays.toString(shapeOf(parameter, indices)));
        bind(ending, parameter, indices, stored(row.stored().evaluate(indices, sizes)));
    }

    private void bind(String ending, Parameter parameter, Map<String, String> indices, long[] stored) {
        String name = row.name(base, indices) + ending;
        found.accept(new WeightBinding(row, name, blockPath(indices) + ending, parameter, stored));
    }

    private long[] shapeOf(Parameter parameter, Map<String, String> indices) {
        Check.state(
                parameter.getShape() != null,
                "A parameter of '%s' needs a shape before weights are loaded",
                blockPath(indices));
        return parameter.getShape().getShape();
    }

    private long[] stored(long[] shape) {
        long[] all = shape.clone();
        if (!row.part().isWhole()) {
            all[0] = Math.multiplyExact(all[0], row.part().count());
        }
        return row.note().isTransposed() && all.length == 2 ? new long[] {all[1], all[0]} : all;
    }

    private String blockPath(Map<String, String> indices) {
        return WeightRow.withIndices(row.block(), indices);
    }

    private static Map<String, String> with(Map<String, String> indices, String index, String number) {
        Map<String, String> more = new HashMap<>(indices);
        more.put(index, number);
        return more;
    }
}
