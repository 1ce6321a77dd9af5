package io.vitrail.transformer.weights;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model of nothing but parameters, for tests of weight tables. */
record Holder(Map<String, Parameter> parameters, Map<String, Holder> parts) implements WeightHolder {

    Holder() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** Adds a parameter of its own. */
    Holder with(String name, long... shape) {
        parameters.put(name, parameter(name, shape));
        return this;
    }

    /** Adds a part. */
    Holder with(String name, Holder part) {
        parts.put(name, part);
        return this;
    }

    static Parameter parameter(String name, long... shape) {
        Parameter parameter =
                Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build();
        parameter.setShape(new Shape(shape));
        return parameter;
    }

    static Holder list(Holder... elements) {
        Holder list = new Holder();
        for (int i = 0; i < elements.length; i++) {
            list.with("" + i, elements[i]);
        }
        return list;
    }

    static Holder linear(long inputs, long outputs) {
        return new Holder().with("weight", outputs, inputs).with("bias", outputs);
    }

    static Holder norm(long width) {
        return new Holder().with("weight", width).with("bias", width);
    }
}
