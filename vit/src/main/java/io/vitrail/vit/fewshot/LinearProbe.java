package io.vitrail.vit.fewshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;

/**
 * A linear classifier on the features: multinomial logistic regression with an L2 penalty (Radford et al. 2021,
 * appendix A.3, "linear probe evaluation"). It is that of scikit-learn's {@code LogisticRegression}, with classes that
 * count alike, however many examples they have ({@code class_weight="balanced"}).
 *
 * @param strength how much the examples count beside the penalty, the {@code C} of scikit-learn, above 0: the sum of
 *     the examples' losses times this, plus half the sum of the squared weights, is least; biases aren't penalised. Of
 *     two classes it is the weights' difference whose square counts
 */
public record LinearProbe(double strength) implements FewShotMethod {
    /** The strength that is best for the embedded model's features, in a cross-validation. */
    public static final LinearProbe DEFAULT = new LinearProbe(3);

    static final String NAME = "probe";

    private static final String STRENGTH = "strength";
    private static final String WEIGHTS = "weights";
    private static final String BIASES = "biases";
    private static final double LARGEST = 1e6;

    public LinearProbe {
        Check.that(
                strength > 0 && strength <= LARGEST,
                "The strength of a linear probe lies above 0 and at most at %s, not at %s.",
                LARGEST,
                strength);
    }

    static LinearProbe of(ConfigJson json) {
        try {
            return new LinearProbe(json.number(STRENGTH, DEFAULT.strength));
        } catch (IllegalArgumentException e) {
            throw json.wrong(STRENGTH, "a number above 0 and at most " + LARGEST);
        }
    }

    @Override
    public ClassHead learn(Examples examples, FrozenFeatures features) {
        LogisticRegression regression = new LogisticRegression(
                examples.rows(), examples.labels(), examples.names().size(), strength);
        double[] best = Lbfgs.minimum(regression, new double[regression.parameters()]);
        return new Head(regression.weights(best), regression.biases(best));
    }

    @Override
    public ClassHead restore(Examples examples, Map<String, float[][]> matrices) {
        int classes = examples.names().size();
        return new Head(
                Rows.of(matrices, WEIGHTS, classes, examples.width()), Rows.of(matrices, BIASES, 1, classes)[0]);
    }

    @Override
    public void writeTo(ObjectNode json) {
        json.put("name", NAME).put(STRENGTH, strength);
    }

    /** @param weights [classes, width] */
    private record Head(float[][] weights, float[] biases) implements ClassHead {
        @Override
        public double[] logits(float[] vector) {
            double[] logits = new double[biases.length];
            for (int k = 0; k < logits.length; k++) {
                logits[k] = Rows.dot(weights[k], vector) + biases[k];
            }
            return logits;
        }

        @Override
        public Map<String, float[][]> matrices() {
            return Map.of(WEIGHTS, weights, BIASES, new float[][] {biases});
        }
    }
}
