package io.vitrail.transformer.weights;

import ai.djl.nn.Parameter;
import java.util.Map;

/** A block as a {@link WeightTable} sees it: parameters and parts, by the names that its code gives them. */
public interface WeightHolder {

    /** The parameters of its own, such as {@code weight} and {@code bias}. */
    Map<String, Parameter> parameters();

    /** The blocks that it consists of, such as {@code query}; those of a list are named 0, 1, 2 and so on. */
    Map<String, ? extends WeightHolder> parts();
}
