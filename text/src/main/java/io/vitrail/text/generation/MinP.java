package io.vitrail.text.generation;

/**
 * Min-p sampling (Nguyen et al. 2024, section 3): tokens go that are less than p times as likely as the likeliest.
 *
 * @param atLeast so many stay in any case
 */
record MinP(double p, int atLeast) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        double least = LogSoftmax.max(scores) + Math.log(p);
        Removal.of(id -> scores[id] < least, scores, atLeast);
    }
}
