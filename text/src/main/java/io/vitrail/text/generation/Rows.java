package io.vitrail.text.generation;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows of a decoding as those of its model. Where rows share inputs, the model has equally many for each input: those that are
 * missing do what another row of the input does, and nobody looks at them.
 *
 * @param places by row, the model's row
 * @param owners by the model's row, the row that it serves, or whose tokens it repeats
 */
record Rows(int[] places, int[] owners) {
    /** The model has the same rows. */
    static Rows each(int count) {
        int[] numbers = IntStream.range(0, count).toArray();
        return new Rows(numbers, numbers);
    }

    /** @param inputs by row, the number of its input; rows of an input stand together */
    static Rows shared(int[] inputs) {
        int most = 0;
        for (int row = 0, run = 0; row < inputs.length; row++) {
            run = row > 0 && inputs[row] == inputs[row - 1] ? run + 1 : 1;
            most = Math.max(most, run);
        }
        int[] places = new int[inputs.length];
        int[] owners = new int[inputs.length * most];
        int next = 0;
        for (int row = 0; row < inputs.length; row++) {
            places[row] = next;
            owners[next++] = row;
            boolean last = row + 1 == inputs.length || inputs[row + 1] != inputs[row];
            while (last && next % most > 0) {
                owners[next++] = row;
            }
        }
        return new Rows(places, Arrays.copyOf(owners, next));
    }
}
