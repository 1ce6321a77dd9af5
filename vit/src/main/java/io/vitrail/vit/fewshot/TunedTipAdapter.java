package io.vitrail.vit.fewshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.ConfigJson;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@link TipAdapter} whose keys, which begin as the examples, are trained (Zhang et al. 2022, section 3.2,
 * "Tip-Adapter-F"); the names' vectors and the keys' classes stay. Unlike the paper's, the pictures that it is trained on
 * aren't varied: each goes through the model once. For features that read texts.
 *
 * @param cache how keys count
 * @param epochs how often each example is learned from, 1 to 1000
 * @param rate learning rate of the first step, above 0 and at most 1; it falls to 0 as a cosine does
 * @param seed decides the order of the examples
 */
public record TunedTipAdapter(TipAdapter cache, int epochs, double rate, int seed) implements FewShotMethod {
    /** The paper's settings: 20 epochs at a rate of 0.001. */
    public static final TunedTipAdapter DEFAULT = new TunedTipAdapter(TipAdapter.DEFAULT, 20, 1e-3, 0);

    static final String NAME = "tip_f";

    private static final String EPOCHS = "epochs";
    private static final String RATE = "rate";
    private static final String SEED = "seed";
    private static final String KEYS = "keys";
    private static final int MOST_EPOCHS = 1000;

    public TunedTipAdapter {
        Check.given(cache, "cache");
        Check.that(epochs >= 1 && epochs <= MOST_EPOCHS, "Epochs are 1 to %d, not %d.", MOST_EPOCHS, epochs);
        Check.that(rate > 0 && rate <= 1, "The learning rate lies above 0 and at most at 1, not at %s.", rate);
    }

    static TunedTipAdapter of(ConfigJson json) {
        TipAdapter cache = TipAdapter.of(json);
        try {
            int epochs = json.integer(EPOCHS, DEFAULT.epochs);
            return new TunedTipAdapter(
                    cache, epochs, json.number(RATE, DEFAULT.rate), json.integer(SEED, DEFAULT.seed));
        } catch (IllegalArgumentException e) {
            throw json.wrong(EPOCHS, "1 to " + MOST_EPOCHS + ", and '" + RATE + "' above 0 and at most 1");
        }
    }

    @Override
    public ClassHead learn(Examples examples, FrozenFeatures features) {
        TipAdapter.Head start = cache.learn(examples, features);
        return new Head(start.withKeys(new KeyTuning(this, start).keys()));
    }

    @Override
    public ClassHead restore(Examples examples, Map<String, float[][]> matrices) {
        float[][] keys = Rows.of(matrices, KEYS, examples.size(), examples.width());
        return new Head(cache.restore(examples, matrices).withKeys(keys));
    }

    @Override
    public boolean readsNames() {
        return true;
    }

    @Override
    public void writeTo(ObjectNode json) {
        cache.writeTo(json, NAME);
        json.put(EPOCHS, epochs).put(RATE, rate).put(SEED, seed);
    }

    /** A cache whose keys are no examples any more. */
    private record Head(TipAdapter.Head cache) implements ClassHead {
        @Override
        public double[] logits(float[] vector) {
            return cache.logits(vector);
        }

        @Override
        public Map<String, float[][]> matrices() {
            Map<String, float[][]> all = new TreeMap<>(cache.matrices());
            all.put(KEYS, cache.keys());
            return all;
        }
    }
}
