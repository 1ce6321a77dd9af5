package io.vitrail.transformer.weights;

/**
 * One of several equal parts of a tensor that lie one below the other, along its first axis.
 *
 * @param index from 0
 * @param count of all parts
 */
record Part(int index, int count) {
    static final Part WHOLE = new Part(0, 1);

    boolean isWhole() {
        return count == 1;
    }
}
