package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.UnaryOperator;

/** Who owns native memory during a pass. Gradients survive a scope's end: the engine holds what it needs. */
public final class Scope {
    private Scope() {}

    /** step(x), with x and all intermediates freed; the result belongs to the manager that x belonged to. */
    public static NDArray of(NDArray x, UnaryOperator<NDArray> step) {
        NDManager outer = x.getManager();
        try (NDManager inner = outer.newSubManager()) {
            x.attach(inner);
            NDArray result = step.apply(x);
            result.attach(outer);
            return result;
        }
    }

    /**
     * The same values under another owner, without a copy. A result belongs to its receiver's manager: what is computed from
     * a weight would otherwise live as long as the model.
     */
    public static NDArray lend(NDArray weight, NDManager borrower) {
        NDArray view = weight.reshape(weight.getShape());
        view.attach(borrower);
        return view;
    }

    /**
     * The same values in memory that the engine owns. What is created from Java's arrays stays in Java's memory, which is
     * freed some time after the array is closed, even if a backward pass still needs it.
     */
    public static NDArray owned(NDArray created) {
        try (created) {
            return created.duplicate();
        }
    }
}
