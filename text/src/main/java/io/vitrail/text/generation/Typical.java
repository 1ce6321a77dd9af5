package io.vitrail.text.generation;

import java.util.stream.IntStream;

/**
 * Locally typical sampling (Meister et al. 2023, section 4): tokens stay whose information is nearest to what the distribution
 * makes expect, its entropy; as few as have the probability mass together.
 *
 * @param atLeast so many of the most typical stay in any case
 */
record Typical(double mass, int atLeast) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        Softmax softmax = Softmax.of(scores);
        double entropy = softmax.entropy();
        float[] surprise = new float[scores.length]; // how far the information −log p is from the entropy
        Largest typical = new Largest(Math.min(atLeast, scores.length));
        for (int id = 0; id < scores.length; id++) {
            surprise[id] = (float) Math.abs(-Math.log(softmax.probability(id)) - entropy);
            typical.offer(-surprise[id], id);
        }
        double most = atMass(surprise, softmax);
        Removal.of(id -> surprise[id] > most, scores, typical.takeIds());
    }

    /** The surprise of the token with which the mass is reached, most typical first. */
    private double atMass(float[] surprise, Softmax softmax) {
        int[] ids = IntStream.range(0, surprise.length).toArray();
        double limit = mass * softmax.sum();
        int before = new WeightedSelection(surprise, softmax.weights(), ids).count(0, sum -> sum < limit);
        return IntStream.range(before, ids.length)
                .mapToDouble(i -> surprise[ids[i]])
                .min()
                .orElse(Double.POSITIVE_INFINITY);
    }
}
