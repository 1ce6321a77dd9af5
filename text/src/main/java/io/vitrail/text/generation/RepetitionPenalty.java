package io.vitrail.text.generation;

/**
 * Tokens that occurred already get less likely (Keskar et al. 2019, section 4.1), by a penalty above 1; below 1, likelier.
 *
 * @param from where what counts begins; 0 for the whole sequence, with the prompt
 */
record RepetitionPenalty(double penalty, int from) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        boolean[] done = new boolean[scores.length];
        for (int i = from; i < history.length(); i++) {
            penalise(history.id(i), (float) penalty, scores, done);
        }
    }

    /** Once for each id, however often it occurs. */
    static void penalise(int id, float penalty, float[] scores, boolean[] done) {
        if (!done[id]) {
            done[id] = true;
            scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
        }
    }
}
