package io.vitrail.text.generation;

/**
 * The largest of all keys that are offered: a heap with the smallest of those kept at its root. Of equal keys the first stay.
 * Ids are offered in ascending order.
 */
final class Largest {
    private final float[] keys;
    private final int[] ids;
    private int size;

    /** @param capacity how many are kept */
    Largest(int capacity) {
        keys = new float[capacity];
        ids = new int[capacity];
    }

    /** Of the scores of a row, by id. */
    static Largest of(float[] scores, int count) {
        Largest largest = new Largest(Math.min(count, scores.length));
        for (int id = 0; id < scores.length; id++) {
            largest.offer(scores[id], id);
        }
        return largest;
    }

    void offer(float key, int id) {
        if (size < keys.length) {
            up(size++, key, id);
        } else if (key > keys[0]) {
            down(key, id);
        }
    }

    /** The smallest of those kept. */
    float smallest() {
        return keys[0];
    }

    int size() {
        return size;
    }

    /** Removes all that are kept: their ids, largest key first. */
    int[] takeIds() {
        int[] best = new int[size];
        for (int place = size - 1; place >= 0; place--) {
            best[place] = ids[0];
            size--;
            down(keys[size], ids[size]);
        }
        return best;
    }

    private boolean less(float key, int id, float otherKey, int otherId) {
        return key < otherKey || key == otherKey && id > otherId;
    }

    private void up(int from, float key, int id) {
        int at = from;
        for (int above = (at - 1) / 2; at > 0 && less(key, id, keys[above], ids[above]); above = (at - 1) / 2) {
            put(at, keys[above], ids[above]);
            at = above;
        }
        put(at, key, id);
    }

    private void down(float key, int id) {
        int at = 0;
        for (int below = smallerBelow(at);
                below < size && less(keys[below], ids[below], key, id);
                below = smallerBelow(at)) {
            put(at, keys[below], ids[below]);
            at = below;
        }
        if (size > 0) {
            put(at, key, id);
        }
    }

    private int smallerBelow(int at) {
        int left = 2 * at + 1;
        int right = left + 1;
        return right < size && less(keys[right], ids[right], keys[left], ids[left]) ? right : left;
    }

    private void put(int at, float key, int id) {
        keys[at] = key;
        ids[at] = id;
    }
}
