package io.vitrail.transformer.training;

import io.vitrail.transformer.Check;
import java.util.SplittableRandom;

/**
 * Hides words that a masked language model then restores (BERT; Devlin et al. 2019, section 3.1): of those that are
 * chosen, 80 % become the mask's id, 10 % any id, and 10 % stay.
 *
 * @param share how many of the tokens are chosen; 0.15 in the paper
 * @param mask its id
 * @param vocabulary number of ids
 */
public record WordMasking(double share, long mask, int vocabulary) {
    private static final double HIDDEN = 0.8;
    private static final double REPLACED = 0.9;

    public WordMasking {
        Check.that(share >= 0 && share <= 1, "the share of hidden tokens must be in [0, 1], not %s", share);
        Check.that(mask >= 0 && mask < vocabulary, "the mask's id %d isn't one of %d ids", mask, vocabulary);
    }

    /**
     * A text with hidden words.
     *
     * @param ids what the model reads
     * @param labels the words where they were chosen, {@link CrossEntropy#IGNORED} elsewhere
     */
    public record Masked(long[] ids, long[] labels) {}

    /**
     * Hides words of one text; the same seed hides the same ones.
     *
     * @param special by token, whether it is never chosen: padding and the marks of beginning and end
     */
    public Masked hide(long[] ids, boolean[] special, long seed) {
        Check.that(ids.length == special.length, "%d ids have %d marks.", ids.length, special.length);
        SplittableRandom random = new SplittableRandom(seed);
        long[] seen = ids.clone();
        long[] labels = new long[ids.length];
        for (int token = 0; token < ids.length; token++) {
            boolean chosen = random.nextDouble() < share && !special[token];
            labels[token] = chosen ? ids[token] : CrossEntropy.IGNORED;
            seen[token] = chosen ? instead(ids[token], random) : ids[token];
        }
        return new Masked(seen, labels);
    }

    private long instead(long id, SplittableRandom random) {
        double draw = random.nextDouble();
        if (draw < HIDDEN) {
            return mask;
        }
        return draw < REPLACED ? random.nextInt(vocabulary) : id;
    }
}
