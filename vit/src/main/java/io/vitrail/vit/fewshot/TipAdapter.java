package io.vitrail.vit.fewshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;

/**
 * What a model of pictures and texts says by the classes' names, and what examples like the picture add to it: a cache
 * of examples that nothing is trained for (Zhang et al. 2022, "Tip-Adapter: Training-free Adaption of CLIP for Few-shot
 * Classification", section 3.1). For features that read texts.
 *
 * @param alpha how much the examples count beside the names, at least 0
 * @param beta how much nearer examples count more than others, at least 0: an example whose vector has the cosine c
 *     with the picture's counts exp(-beta (1 - c))
 */
public record TipAdapter(double alpha, double beta) implements FewShotMethod {
    /** The best values of the paper's ablation on ImageNet. */
    public static final TipAdapter DEFAULT = new TipAdapter(1, 5.5);

    static final String NAME = "tip";

    private static final String ALPHA = "alpha";
    private static final String BETA = "beta";
    private static final String NAMES = "names";
    private static final String FACTOR = "factor";
    private static final double LARGEST = 1e4;

    public TipAdapter {
        check(ALPHA, alpha);
        check(BETA, beta);
    }

    private static void check(String name, double value) {
        Check.that(value >= 0 && value <= LARGEST, "Tip-Adapter's %s is 0 to %s, not %s.", name, LARGEST, value);
    }

    static TipAdapter of(ConfigJson json) {
        try {
            return new TipAdapter(json.number(ALPHA, DEFAULT.alpha), json.number(BETA, DEFAULT.beta));
        } catch (IllegalArgumentException e) {
            throw json.wrong(ALPHA, "a number from 0 to " + LARGEST + ", and so must '" + BETA + "' be");
        }
    }

    @Override
    public Head learn(Examples examples, FrozenFeatures features) {
        NameVectors names = features.ofNames(examples.names());
        float[][] vectors = names.vectors().stream().map(Embedding::values).toArray(float[][]::new);
        Check.that(
                vectors[0].length == examples.width(),
                "Names have vectors of width %d, pictures of %d: they can't be compared.",
                vectors[0].length,
                examples.width());
        return new Head(this, examples.rows(), examples.labels(), vectors, (float) names.factor());
    }

    @Override
    public Head restore(Examples examples, Map<String, float[][]> matrices) {
        return new Head(
                this,
                examples.rows(),
                examples.labels(),
                Rows.of(matrices, NAMES, examples.names().size(), examples.width()),
                Rows.of(matrices, FACTOR, 1, 1)[0][0]);
    }

    @Override
    public boolean readsNames() {
        return true;
    }

    @Override
    public void writeTo(ObjectNode json) {
        writeTo(json, NAME);
    }

    /** The settings, under the name of a method that has further ones. */
    void writeTo(ObjectNode json, String name) {
        json.put("name", name).put(ALPHA, alpha).put(BETA, beta);
    }

    /**
     * @param keys [examples, width], the paper's F_train
     * @param labels the class of each key, the paper's L_train
     * @param names [classes, width], the paper's W_c
     */
    record Head(TipAdapter method, float[][] keys, int[] labels, float[][] names, float factor) implements ClassHead {
        Head withKeys(float[][] others) {
            return new Head(method, others, labels, names, factor);
        }

        @Override
        public double[] logits(float[] vector) {
            double[] logits = new double[names.length];
            for (int k = 0; k < logits.length; k++) {
                logits[k] = factor * Rows.dot(names[k], vector);
            }
            for (int i = 0; i < keys.length; i++) {
                double affinity = Math.exp(-method.beta * (1 - Rows.dot(keys[i], vector)));
                logits[labels[i]] += method.alpha * affinity;
            }
            return logits;
        }

        @Override
        public Map<String, float[][]> matrices() {
            return Map.of(NAMES, names, FACTOR, new float[][] {{factor}});
        }
    }
}
