package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.Optional;

/**
 * A matrix W that widens words' vectors to tokens, x Wᵀ, and narrows tokens to compare them with words, x W; the
 * adaptive embedding and the adaptive softmax may share it (Baevski and Auli 2019, section 3.2).
 */
final class TwoWayProjection extends TensorBlock {
    private final int width;
    private final int vectorWidth;
    private final Parameter weight;
    private Optional<Affine> widening = Optional.empty();
    private Optional<Affine> narrowing = Optional.empty();

    TwoWayProjection(int vectorWidth, int width) {
        this.width = width;
        this.vectorWidth = vectorWidth;
        weight = parameter("weight", Parameter.Type.WEIGHT, Initializers.NORMAL, width, vectorWidth);
    }

    /** [..., vectorWidth] to [..., width]. */
    @Override
    public NDArray forward(NDArray x, Pass pass) {
        return pass.operations().linear(x, widening.orElseGet(() -> wide(value(weight, x, pass))), Activation.LINEAR);
    }

    /** [..., width] to [..., vectorWidth]. */
    NDArray narrow(NDArray x, Pass pass) {
        Affine affine = narrowing.orElseGet(() -> narrow(Scope.lend(value(weight, x, pass), x.getManager())));
        return pass.operations().linear(x, affine, Activation.LINEAR);
    }

    private Affine wide(NDArray matrix) {
        return new Affine(matrix, Optional.empty(), vectorWidth, width);
    }

    /** A copy row by row. */
    private Affine narrow(NDArray matrix) {
        NDArray rows = matrix.transpose().flatten().reshape(vectorWidth, width);
        return new Affine(rows, Optional.empty(), width, vectorWidth);
    }

    /** Both forms are copies. The first of the parts that share it prepares it. */
    @Override
    public void prepareFor(Operations operations) {
        if (widening.isEmpty()) {
            widening = Optional.of(operations.prepare(wide(weight.getArray())));
            narrowing = Optional.of(operations.prepare(narrow(weight.getArray())));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(width)};
    }
}
