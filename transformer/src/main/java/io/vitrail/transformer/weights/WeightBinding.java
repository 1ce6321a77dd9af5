package io.vitrail.transformer.weights;

import ai.djl.nn.Parameter;
import io.vitrail.transformer.Check;
import java.util.Arrays;
import java.util.List;

/**
 * One weight of a checkpoint and one parameter of a model that belong together.
 *
 * @param row says so
 * @param name of the weight
 * @param path of the parameter
 * @param storedShape the weight's shape in the checkpoint
 */
record WeightBinding(WeightRow row, String name, String path, Parameter parameter, long[] storedShape) {
    WeightBinding {
        long elements = Arrays.stream(storedShape).reduce(1, Math::multiplyExact);
        Check.state(
                elements == parameter.getShape().size() * row.part().count(),
                "Table row %d: the checkpoint's shape %s has another size than %s of parameter '%s'",
                row.number(),
                Arrays.toString(storedShape),
                parameter.getShape(),
                path);
    }

    /** The parameter's shape. */
    long[] shape() {
        return parameter.getShape().getShape();
    }

    /** What tells the weights of a checkpoint's parameters apart: its name, or of a part that and which. */
    String key() {
        return row.part().isWhole() ? name : name + "[" + row.part().index() + "]";
    }

    /** The same for those who don't know tables. */
    WeightPlace place(WeightHolder root) {
        List<String> steps = List.of(path.split("\\."));
        WeightHolder holder = root;
        for (String step : steps.subList(0, steps.size() - 1)) {
            holder = holder.parts().get(step);
        }
        Part stored = row.part();
        String last = steps.get(steps.size() - 1);
        return new WeightPlace(name, holder, last, stored.index(), stored.count(), isTransposed());
    }

    boolean isTransposed() {
        return row.note().isTransposed() && storedShape.length == 2;
    }
}
