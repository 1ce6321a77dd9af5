package io.vitrail.text.generation;

/** Only the k largest scores stay, and what equals the least of them (Fan et al. 2018, section 5.4). */
record TopK(int k) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        float least = Largest.of(scores, k).smallest();
        for (int id = 0; id < scores.length; id++) {
            if (scores[id] < least) {
                scores[id] = REMOVED;
            }
        }
    }
}
