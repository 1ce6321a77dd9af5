package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * What every modality becomes: one vector per token, and which tokens may be attended to.
 *
 * @param vectors [batch, tokens, width]
 * @param mask hides padding, or nothing
 */
public record Tokens(NDArray vectors, AttentionMask mask) {
    public Tokens {
        Check.that(
                vectors.getShape().dimension() == 3,
                "Tokens must be [batch, tokens, width], not %s.",
                vectors.getShape());
        if (mask instanceof AttentionMask.Padding padding) {
            Shape real = padding.real().getShape();
            Shape shape = vectors.getShape();
            Check.that(
                    real.equals(new Shape(shape.get(0), shape.get(1))),
                    "The padding mask is %s; tokens are [batch %d, tokens %d].",
                    real,
                    shape.get(0),
                    shape.get(1));
        }
    }

    /** Tokens without padding. */
    public static Tokens of(NDArray vectors) {
        return new Tokens(vectors, AttentionMask.NONE);
    }

    /**
     * One stream of both: these tokens, and behind them the others, of the same batch and width; in this one's manager.
     *
     * @throws IllegalArgumentException if they don't fit together, or one of them hides more than padding
     */
    public Tokens then(Tokens others) {
        Shape first = vectors.getShape();
        Shape second = others.vectors.getShape();
        Check.that(
                first.get(0) == second.get(0) && first.get(2) == second.get(2),
                "Tokens of shapes %s and %s can't make one stream: they differ in batch or width.",
                first,
                second);
        NDManager manager = vectors.getManager();
        NDArray all = NDArrays.concat(new NDList(vectors, others.vectors), 1);
        return mask instanceof AttentionMask.None && others.mask instanceof AttentionMask.None
                ? of(all)
                : new Tokens(all, new AttentionMask.Padding(real(manager).concat(others.real(manager), 1)));
    }

    /** 1 for tokens and 0 for padding: [batch, tokens], float32. */
    private NDArray real(NDManager manager) {
        if (mask instanceof AttentionMask.Padding padding) {
            return Scope.lend(padding.real(), manager).toType(DataType.FLOAT32, false);
        }
        Check.that(mask instanceof AttentionMask.None, "A mask for each token doesn't say which tokens are padding.");
        return manager.ones(
                new Shape(vectors.getShape().get(0), vectors.getShape().get(1)));
    }
}
