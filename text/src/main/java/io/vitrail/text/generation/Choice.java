package io.vitrail.text.generation;

import io.vitrail.transformer.Check;

/**
 * The token that comes next.
 *
 * @param logProbability NaN if it isn't known
 */
record Choice(int id, double logProbability) {
    /** The one with the largest score; of equals the first. */
    static Choice likeliest(float[] scores, boolean logProbability) {
        int best = 0;
        for (int id = 1; id < scores.length; id++) {
            if (scores[id] > scores[best]) {
                best = id;
            }
        }
        checkAllowed(scores[best]);
        return new Choice(best, logProbability ? scores[best] - LogSoftmax.logSum(scores) : Double.NaN);
    }

    /** One at random, each as often as softmax says. */
    static Choice drawn(float[] scores, RandomStream random) {
        checkAllowed(LogSoftmax.max(scores));
        Softmax softmax = Softmax.of(scores);
        Check.state(Double.isFinite(softmax.sum()), "A score isn't a number.");
        double rest = random.next() * softmax.sum();
        int last = 0;
        for (int id = 0; id < scores.length && rest >= 0; id++) {
            double weight = softmax.weights()[id];
            rest -= weight;
            last = weight > 0 ? id : last;
        }
        return new Choice(last, Math.log(softmax.probability(last)));
    }

    private static void checkAllowed(float best) {
        Check.that(best != ScoreProcessor.REMOVED, "The options leave no token that may come next.");
        Check.that(Float.isFinite(best), "The options make scores infinite (%s): bring them nearer to neutral.", best);
    }
}
