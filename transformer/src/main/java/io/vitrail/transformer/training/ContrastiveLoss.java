package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Numbers;

/**
 * The loss of a batch of pictures and their texts, of which the i-th belong together. It reads how well each text fits
 * each picture, [texts, pictures], scaled and shifted by the model, and no labels. Thread-safe.
 */
public final class ContrastiveLoss extends Loss {
    /** What a pair is compared with. */
    public enum Form {
        /** Each text chooses among the pictures, each picture among the texts (CLIP; Radford et al. 2021, figure 3). */
        SOFTMAX {
            @Override
            NDArray of(NDArray logits) {
                NDArray own = logits.getManager().arange(0, logits.getShape().get(0), 1, DataType.INT64);
                NDArray both = among(own, logits).add(among(own, logits.transpose()));
                return Numbers.times(both, 0.5);
            }
        },
        /** Each pair for itself belongs together or doesn't (SigLIP; Zhai et al. 2023, section 3.2); a sum per text. */
        SIGMOID {
            @Override
            NDArray of(NDArray logits) {
                int pairs = Math.toIntExact(logits.getShape().get(0));
                NDArray others = logits.getManager().eye(pairs).mul(-2).add(1); // -1 for pairs
                NDArray each = Activation.softPlus(logits.mul(others));
                return each.sum(new int[] {-1}).mean();
            }
        };

        abstract NDArray of(NDArray logits);

        private static NDArray among(NDArray own, NDArray logits) {
            return new CrossEntropy(0).evaluate(new NDList(own), new NDList(logits));
        }
    }

    private final Form form;

    public ContrastiveLoss(Form form) {
        super("ContrastiveLoss");
        this.form = form;
    }

    /**
     * @param labels not read
     * @param predictions one array: logits [texts, pictures], as many of either
     * @throws IllegalArgumentException if it isn't square
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray logits = predictions.singletonOrThrow();
        Shape shape = logits.getShape();
        Check.that(
                shape.dimension() == 2 && shape.get(0) == shape.get(1) && shape.size() > 0,
                "There must be as many texts as pictures, not %s.",
                shape);
        return form.of(logits);
    }
}
