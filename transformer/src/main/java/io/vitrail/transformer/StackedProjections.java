package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Optional;

/**
 * The projections to queries, keys and values that a checkpoint stores as one matrix, the queries' rows first
 * (PyTorch's MultiheadAttention). It differs from three {@link Linear} layers in that alone.
 */
final class StackedProjections extends TensorBlock {
    private final int width;
    private final int heads;
    private final Parameter weight;
    private final Parameter bias;
    private Optional<Affine> packedQuery = Optional.empty();
    private Optional<Affine> packedKeyValue = Optional.empty();

    StackedProjections(int width, int heads) {
        this.width = width;
        this.heads = heads;
        weight = parameter("weight", Parameter.Type.WEIGHT, Initializers.NORMAL, 3L * width, width);
        bias = parameter("bias", Parameter.Type.BIAS, Initializers.ZERO, 3L * width);
    }

    /** [batch, tokens, width] to [batch, heads, tokens, headWidth]. */
    NDArray query(NDArray x, Pass pass) {
        return Heads.split(queries(x, pass), heads);
    }

    private NDArray queries(NDArray x, Pass pass) {
        Affine affine = packedQuery.orElseGet(() -> queryRows(lent(weight, x, pass), lent(bias, x, pass)));
        return pass.operations().linear(x, affine, Activation.LINEAR);
    }

    /** [batch, tokens, width] to keys and values. */
    KeyValue keyValue(NDArray x, Pass pass) {
        NDList halves = keysAndValues(x, pass).split(2, 2);
        return new KeyValue(Heads.split(halves.get(0), heads), Heads.split(halves.get(1), heads));
    }

    /** [batch, tokens, 2 · width]. */
    private NDArray keysAndValues(NDArray x, Pass pass) {
        Affine affine = packedKeyValue.orElseGet(() -> keyValueRows(lent(weight, x, pass), lent(bias, x, pass)));
        return pass.operations().linear(x, affine, Activation.LINEAR);
    }

    /** All three side by side: [batch, tokens, 3 · width]. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return queries(x, pass).concat(keysAndValues(x, pass), 2);
    }

    private NDArray lent(Parameter parameter, NDArray x, Pass pass) {
        return Scope.lend(value(parameter, x, pass), x.getManager());
    }

    private Affine queryRows(NDArray weights, NDArray biases) {
        return new Affine(weights.get(":{}", width), Optional.of(biases.get(":{}", width)), width, width);
    }

    private Affine keyValueRows(NDArray weights, NDArray biases) {
        return new Affine(weights.get("{}:", width), Optional.of(biases.get("{}:", width)), width, 2 * width);
    }

    @Override
    public void prepareFor(Operations operations) {
        Affine query = queryRows(weight.getArray(), bias.getArray());
        Affine keyValue = keyValueRows(weight.getArray(), bias.getArray());
        packedQuery = Optional.of(operations.prepare(query));
        packedKeyValue = Optional.of(operations.prepare(keyValue));
        if (packedQuery.get().weight() != query.weight()) {
            release(query);
            release(keyValue);
            weight.close();
            bias.close();
        }
    }

    private static void release(Affine rows) {
        rows.weight().close();
        rows.bias().ifPresent(NDArray::close);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(3L * width)};
    }
}
