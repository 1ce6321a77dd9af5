package io.vitrail.text.generation;

/** No n tokens in a row occur twice (Paulus et al. 2018, section 2.5): what would complete them a second time goes. */
record NoRepeatNgram(int n) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        for (int from = 0; from + n <= history.length(); from++) {
            if (history.repeatsItsEnd(from, n - 1)) {
                scores[history.id(from + n - 1)] = REMOVED;
            }
        }
    }
}
