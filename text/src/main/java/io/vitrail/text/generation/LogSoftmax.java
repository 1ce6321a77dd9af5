package io.vitrail.text.generation;

/** Scores become logarithms of probabilities: their exponentials sum to 1. */
final class LogSoftmax implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        apply(scores);
    }

    static void apply(float[] scores) {
        double sum = logSum(scores);
        for (int id = 0; id < scores.length; id++) {
            scores[id] = (float) (scores[id] - sum);
        }
    }

    /** log Σ exp(score); 0 if all are removed, NaN if a score is NaN or positive infinity. */
    static double logSum(float[] scores) {
        float max = max(scores);
        if (max == REMOVED) {
            return sumOf(scores, 0) == 0 ? 0 : Double.NaN;
        }
        return max + Math.log(sumOf(scores, max));
    }

    private static double sumOf(float[] scores, float max) {
        double sum = 0;
        for (float score : scores) {
            sum += score == REMOVED ? 0 : Math.exp(score - max);
        }
        return sum;
    }

    /** The largest score; negative infinity if there is none but that and NaN. */
    static float max(float[] scores) {
        float max = REMOVED;
        for (float score : scores) {
            max = score > max ? score : max;
        }
        return max;
    }
}
