package io.vitrail.text.generation;

/**
 * Eta sampling (Hewitt et al. 2022, section 4.2): tokens go whose probability is less than epsilon, or less than √epsilon ·
 * e^−entropy where that is smaller: an even distribution has many tokens that are as unlikely as they are right.
 *
 * @param atLeast so many stay in any case
 */
record EtaCutoff(double epsilon, int atLeast) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        Softmax softmax = Softmax.of(scores);
        double eta = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-softmax.entropy()));
        Removal.of(id -> softmax.probability(id) < eta, scores, atLeast);
    }
}
