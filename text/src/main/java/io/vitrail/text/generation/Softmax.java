package io.vitrail.text.generation;

/**
 * Probabilities of the ids of one row, before they are divided by their sum.
 *
 * @param weights e to the score minus the largest one, by id
 * @param sum of the weights; 0 if all scores are removed
 */
record Softmax(double[] weights, double sum) {
    static Softmax of(float[] scores) {
        float max = LogSoftmax.max(scores);
        double[] weights = new double[scores.length];
        double sum = 0;
        for (int id = 0; id < scores.length; id++) {
            weights[id] = scores[id] == ScoreProcessor.REMOVED ? 0 : Math.exp(scores[id] - max);
            sum += weights[id];
        }
        return new Softmax(weights, sum);
    }

    double probability(int id) {
        return weights[id] / sum;
    }

    /** −Σ p log p, in nats. */
    double entropy() {
        double entropy = 0;
        for (double weight : weights) {
            double p = weight / sum;
            entropy -= p > 0 ? p * Math.log(p) : 0;
        }
        return entropy;
    }
}
