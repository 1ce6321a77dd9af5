package io.vitrail.text.generation;

/**
 * Tokens of the text that is answered get likelier, by a factor above 1: what else is said gets less likely, as a guard against
 * inventions.
 *
 * @param factor the reference's encoder_repetition_penalty
 * @param source ids of the text that is answered
 */
record SourcePreference(double factor, long[] source) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        boolean[] done = new boolean[scores.length];
        for (long id : source) {
            RepetitionPenalty.penalise((int) id, (float) (1 / factor), scores, done);
        }
    }
}
