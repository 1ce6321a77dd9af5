package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import io.vitrail.transformer.weights.WeightHolder;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A block from one tensor to one tensor. Keeps DJL's lists, parameter store and numbered names out of the maths, so that a
 * subclass is its paper's equations.
 *
 * <p>DJL's Trainer drives such a block like any other. For inference it may be prepared once ({@link #prepareFor}); from
 * then on it serves only passes with those operations, and several threads at once.
 */
public abstract class TensorBlock extends AbstractBlock implements WeightHolder {
    private final Map<String, TensorBlock> parts = new LinkedHashMap<>();
    private final Map<Parameter, NDArray> prepared = new HashMap<>();
    private Operations trainedWith = ReadableOperations.INSTANCE;

    /** Each subclass documents its shapes here. The result belongs to x's manager. */
    public abstract NDArray forward(NDArray x, Pass pass);

    /**
     * residual + forward(x), the next value of the residual stream, of the same shape as the result; residual must not be used
     * afterwards, for it may be overwritten.
     */
    public NDArray forwardOnto(NDArray residual, NDArray x, Pass pass) {
        return pass.operations().residual(residual, forward(x, pass));
    }

    /** Adds a part under the name that weight tables use. */
    protected final <B extends TensorBlock> B part(String name, B block) {
        parts.put(name, block);
        return addChildBlock(name, block);
    }

    /** Adds a parameter under the name that weight tables use. */
    protected final Parameter parameter(String name, Parameter.Type type, Initializer initializer, long... shape) {
        boolean statistic = type == Parameter.Type.RUNNING_MEAN || type == Parameter.Type.RUNNING_VAR;
        return addParameter(Parameter.builder()
                .setName(name)
                .setType(type)
                .optInitializer(initializer)
                .optShape(new Shape(shape))
                .optRequiresGrad(!statistic)
                .build());
    }

    /** The value of a parameter of this block: as prepared, or as loaded, or as it is being trained. */
    protected final NDArray value(Parameter parameter, NDArray x, Pass pass) {
        NDArray value = prepared.get(parameter);
        return value != null ? value : pass.value(parameter, x);
    }

    /**
     * Brings all weights into the form that the operations compute with fastest. Done once, before inference; where the form
     * differs, it replaces what was loaded.
     */
    public void prepareFor(Operations operations) {
        for (Parameter parameter : parameters.values()) {
            NDArray loaded = parameter.getArray();
            NDArray ready = operations.prepare(loaded);
            if (ready != loaded) {
                prepared.put(parameter, ready);
                parameter.close();
            }
        }
        parts.values().forEach(part -> part.prepareFor(operationsFor(part, operations)));
    }

    /** What a part of this block is prepared for, where that isn't what the block is. */
    protected Operations operationsFor(TensorBlock part, Operations operations) {
        return operations;
    }

    @Override
    public final Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    @Override
    public final Map<String, TensorBlock> parts() {
        return Collections.unmodifiableMap(parts);
    }

    @Override
    protected final NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> ignored) {
        Operations operations = training ? trainedWith : ReadableOperations.INSTANCE;
        return forward(inputs, Pass.driven(operations, store, training));
    }

    /** What DJL hands in, to what it takes out: a block of several tensors says which they are. */
    protected NDList forward(NDList inputs, Pass pass) {
        return new NDList(forward(inputs.singletonOrThrow(), pass));
    }

    /** Has the steps of DJL's trainer compute by operations that gradients flow through; readably, if this isn't called. */
    public final void trainWith(Operations operations) {
        trainedWith = operations;
    }

    @Override
    protected final void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        parts.values().forEach(part -> part.initialize(manager, type, inputShapes)); // all know their weights' shapes
    }

    /** The shape stays as it is, where a subclass doesn't say otherwise. */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return inputShapes;
    }
}
