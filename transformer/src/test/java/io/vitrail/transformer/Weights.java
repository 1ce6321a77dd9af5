package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.weights.WeightHolder;
import java.util.Map;

/** Gives blocks weights for tests: written out, or random with a fixed seed. */
final class Weights {
    private static final int SEED = 11;

    private Weights() {}

    /** Every weight away from 0 and 1, so that one without effect shows. */
    static <B extends TensorBlock> B random(B block, NDManager manager) {
        DjlEngine.get().setRandomSeed(SEED);
        initial(block, manager);
        block.getParameters().values().forEach(parameter -> {
            NDArray value = parameter.getArray();
            try (NDArray random = manager.randomNormal(0, 0.4f, value.getShape(), DataType.FLOAT32);
                    NDArray sum = value.add(random)) {
                value.set(sum.toByteBuffer());
            }
        });
        return block;
    }

    /** As a block starts its training. */
    static <B extends TensorBlock> B initial(B block, NDManager manager) {
        block.initialize(manager, DataType.FLOAT32, new Shape(1));
        return block;
    }

    /** Only these weights, by their names; the others are 0. */
    static <B extends TensorBlock> B of(B block, NDManager manager, Map<String, float[]> weights) {
        initial(block, manager);
        block.getParameters().values().forEach(parameter -> parameter
                .getArray()
                .set(new float[Math.toIntExact(parameter.getArray().size())]));
        weights.forEach((name, values) -> array(block, name).set(values));
        return block;
    }

    /** The weight at a path of parts, such as "mlp.expand.bias". */
    static NDArray array(WeightHolder block, String path) {
        int dot = path.indexOf('.');
        return dot < 0
                ? block.parameters().get(path).getArray()
                : array(block.parts().get(path.substring(0, dot)), path.substring(dot + 1));
    }

    /** [shape], with values between −1 and 1 that never repeat soon. */
    static NDArray wave(NDManager manager, long... shape) {
        Shape axes = new Shape(shape);
        return manager.arange((float) axes.size()).mul(0.7f).sin().reshape(axes);
    }
}
