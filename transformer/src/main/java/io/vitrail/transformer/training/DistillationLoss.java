package io.vitrail.transformer.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Numbers;

/**
 * A student learns from labels and from a teacher (DeiT; Touvron et al. 2021, section 4): (1 - share) · own loss +
 * share · what the teacher asks for. Thread-safe.
 */
public final class DistillationLoss extends Loss {
    /** What the teacher's logits [batch, classes] ask of the student's. */
    public sealed interface Teacher {
        /** The mean over the batch, a scalar. */
        NDArray loss(NDArray student, NDArray teacher);
    }

    /** τ² · KL of both softened by a temperature τ (Hinton et al. 2015; equation 2). */
    public record Soft(double temperature) implements Teacher {
        public Soft {
            Check.that(temperature > 0, "the temperature must be positive, not %s", temperature);
        }

        @Override
        public NDArray loss(NDArray student, NDArray teacher) {
            NDArray wanted =
                    Numbers.times(teacher, 1 / temperature).logSoftmax(-1).stopGradient();
            NDArray given = Numbers.times(student, 1 / temperature).logSoftmax(-1);
            NDArray divergence = wanted.exp().mul(wanted.sub(given)).sum(new int[] {-1}); // [batch]
            return Numbers.times(divergence.mean(), temperature * temperature);
        }
    }

    /** Cross-entropy with the class that the teacher would choose (equation 3). */
    public record Hard() implements Teacher {
        @Override
        public NDArray loss(NDArray student, NDArray teacher) {
            return new CrossEntropy(0).evaluate(new NDList(teacher.argMax(-1)), new NDList(student));
        }
    }

    private final Loss own;
    private final Teacher teacher;
    private final double share;

    /** @param own the loss of the labels, such as {@link CrossEntropy} */
    public DistillationLoss(Loss own, Teacher teacher, double share) {
        super("DistillationLoss");
        Check.that(share >= 0 && share <= 1, "the teacher's share must be in [0, 1], not %s", share);
        this.own = own;
        this.teacher = teacher;
        this.share = share;
    }

    /**
     * @param labels those of the own loss, and last the teacher's logits [batch, classes]
     * @param predictions the student's logits [batch, classes]; perhaps those of a second head, which the teacher
     *     judges instead
     * @throws IllegalArgumentException if shapes don't fit
     */
    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        Check.that(labels.size() > 1, "Distillation needs labels and the teacher's logits behind them.");
        int last = labels.size() - 1;
        NDArray judged = predictions.get(predictions.size() - 1);
        Check.that(
                labels.get(last).getShape().equals(judged.getShape()),
                "The teacher's logits %s must have the shape of the student's, %s.",
                labels.get(last).getShape(),
                judged.getShape());
        NDArray ofLabels = own.evaluate(labels.subNDList(0, last), new NDList(predictions.get(0)));
        NDArray ofTeacher = teacher.loss(judged, labels.get(last));
        return Numbers.times(ofLabels, 1 - share).add(Numbers.times(ofTeacher, share));
    }
}
