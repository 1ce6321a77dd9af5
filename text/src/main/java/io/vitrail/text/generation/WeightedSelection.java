package io.vitrail.text.generation;

import java.util.function.DoublePredicate;

/**
 * Finds how far a running sum of weights may go, smallest key first, without sorting: quickselect (Hoare 1961) that adds up
 * weights where the original counts. Of equal keys the lower id comes first.
 */
final class WeightedSelection {
    private final float[] keys;
    private final double[] weights;
    private final int[] ids;

    /**
     * @param keys by id
     * @param weights by id, none negative
     * @param ids those that take part; they are reordered
     */
    WeightedSelection(float[] keys, double[] weights, int[] ids) {
        this.keys = keys;
        this.weights = weights;
        this.ids = ids;
    }

    /**
     * Moves to the front those whose running sum is within.
     *
     * @param before what the sum begins with
     * @return how many they are
     */
    int count(double before, DoublePredicate within) {
        double sum = before;
        int low = 0;
        int high = ids.length;
        while (low < high) {
            int pivot = partition(low, high);
            double upToPivot = sum;
            for (int i = low; i <= pivot; i++) {
                upToPivot += weights[ids[i]];
            }
            if (within.test(upToPivot)) {
                sum = upToPivot;
                low = pivot + 1;
            } else {
                high = pivot;
            }
        }
        return low;
    }

    /** Puts one of them in its place, smaller ones before it and larger ones behind; returns the place. */
    private int partition(int low, int high) {
        int last = high - 1;
        swap((low + last) >>> 1, last);
        int place = low;
        for (int i = low; i < last; i++) {
            if (less(ids[i], ids[last])) {
                swap(i, place++);
            }
        }
        swap(place, last);
        return place;
    }

    private boolean less(int id, int other) {
        return keys[id] < keys[other] || keys[id] == keys[other] && id < other;
    }

    private void swap(int i, int j) {
        int id = ids[i];
        ids[i] = ids[j];
        ids[j] = id;
    }
}
