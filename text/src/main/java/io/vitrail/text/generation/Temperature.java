package io.vitrail.text.generation;

/** Softmax with a temperature (Ackley et al. 1985): below 1 the likely becomes likelier, above 1 less so. */
record Temperature(double temperature) implements ScoreProcessor {
    @Override
    public void process(History history, float[] scores) {
        float divisor = (float) temperature;
        for (int id = 0; id < scores.length; id++) {
            scores[id] /= divisor;
        }
    }
}
