package io.vitrail.text.generation;

/** NaN becomes 0, an infinity the number that is nearest to it. */
final class FiniteScores implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        for (int id = 0; id < scores.length; id++) {
            scores[id] =
                    Float.isNaN(scores[id]) ? 0 : Math.max(-Float.MAX_VALUE, Math.min(scores[id], Float.MAX_VALUE));
        }
    }
}
