package io.vitrail.transformer.weights;

/** What is wrong with a pickle, in one sentence; {@link PickledTensors} adds the file. */
final class RefusedPickle extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedPickle(String sentence) {
        super(sentence);
    }

    static void unless(boolean condition, String format, Object... values) {
        if (!condition) {
            throw new RefusedPickle(String.format(format, values));
        }
    }
}
