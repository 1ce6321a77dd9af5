package io.vitrail.samples.walkthrough;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.TensorBlock;
import java.util.HashMap;
import java.util.Map;

/** Gives a block its weights, by the names that weight tables have for them. */
final class Filling {
    private final NDManager manager;
    private final Map<String, float[]> values = new HashMap<>();

    /** @param manager owns the weights */
    Filling(NDManager manager) {
        this.manager = manager;
    }

    /** A matrix as the paper writes it, [in, out]; a linear layer keeps it as [out, in]. */
    Filling matrix(String name, float[][] given) {
        int in = given.length;
        int out = given[0].length;
        float[] transposed = new float[in * out];
        for (int i = 0; i < in; i++) {
            for (int j = 0; j < out; j++) {
                transposed[j * in + i] = given[i][j];
            }
        }
        return vector(name, transposed);
    }

    /** A row for each token. */
    Filling rows(String name, float[][] given) {
        float[] all = new float[given.length * given[0].length];
        for (int i = 0; i < given.length; i++) {
            System.arraycopy(given[i], 0, all, i * given[i].length, given[i].length);
        }
        return vector(name, all);
    }

    Filling vector(String name, float[] given) {
        values.put(name, given);
        return this;
    }

    /** The projections of an attention without biases. */
    Filling attention(String prefix, float[][] output) {
        return matrix(prefix + "projections.query.weight", Given.QUERY)
                .matrix(prefix + "projections.key.weight", Given.KEY)
                .matrix(prefix + "projections.value.weight", Given.VALUE)
                .matrix(prefix + "output.weight", output);
    }

    Filling norm(String prefix) {
        return vector(prefix + ".weight", Given.NORM_SCALE).vector(prefix + ".bias", Given.NORM_SHIFT);
    }

    /** The block, with a weight for each of its parameters. */
    <B extends TensorBlock> B into(B block) {
        fill(block, "");
        Check.state(values.isEmpty(), "The block has nothing named %s.", values.keySet());
        return block;
    }

    private void fill(TensorBlock block, String prefix) {
        block.parameters().forEach((name, parameter) -> set(parameter, prefix + name));
        block.parts().forEach((name, part) -> fill(part, prefix + name + "."));
    }

    private void set(Parameter parameter, String name) {
        float[] given = values.remove(name);
        Check.state(given != null, "There are no numbers for '%s'.", name);
        parameter.freeze(true);
        parameter.setInitializer((owner, shape, type) -> owner.create(given, shape));
        parameter.initialize(manager, DataType.FLOAT32);
    }
}
