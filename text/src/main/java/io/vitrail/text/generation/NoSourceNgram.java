package io.vitrail.text.generation;

/**
 * No n tokens in a row are repeated from the text that is answered.
 *
 * @param source ids of that text
 */
record NoSourceNgram(int n, long[] source) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        for (int from = 0; from + n <= source.length; from++) {
            if (history.endsWith(source, from, n - 1)) {
                scores[(int) source[from + n - 1]] = REMOVED;
            }
        }
    }
}
