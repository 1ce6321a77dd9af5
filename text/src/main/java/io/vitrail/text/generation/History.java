package io.vitrail.text.generation;

import java.util.Arrays;

/** The ids of one sequence: its prompt, and what was added. Not thread-safe. */
final class History {
    private final int promptLength;
    private long[] ids;
    private int length;

    private History(long[] ids, int length, int promptLength) {
        this.ids = ids;
        this.length = length;
        this.promptLength = promptLength;
    }

    /** A prompt, to which nothing was added. */
    static History of(long... prompt) {
        return new History(prompt.clone(), prompt.length, prompt.length);
    }

    int length() {
        return length;
    }

    int promptLength() {
        return promptLength;
    }

    int id(int position) {
        return (int) ids[position];
    }

    long lastId() {
        return ids[length - 1];
    }

    void add(long id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, 2 * length);
        }
        ids[length++] = id;
    }

    /** Another sequence that goes on from this one. */
    History plus(long id) {
        History longer = new History(Arrays.copyOf(ids, length + 1), length, promptLength);
        longer.add(id);
        return longer;
    }

    /** The ids behind the prompt. */
    long[] added() {
        return Arrays.copyOfRange(ids, promptLength, length);
    }

    /** At most so many of the last ids. */
    long[] last(int count) {
        return Arrays.copyOfRange(ids, Math.max(length - count, 0), length);
    }

    /** Whether the last ids are the first of these, so many. */
    boolean endsWith(long[] others, int from, int count) {
        return count <= length && Arrays.equals(ids, length - count, length, others, from, from + count);
    }

    /** Whether the ids from a position on are the last ones, so many. */
    boolean repeatsItsEnd(int from, int count) {
        return endsWith(ids, from, count);
    }
}
