package io.vitrail.transformer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Batches of items of like lengths, the longest first: little of them is padding, and too little memory shows at once.
 */
public final class LengthBatches {
    private LengthBatches() {}

    /**
     * Works on items batch by batch.
     *
     * @param size items of a batch at most
     * @param work a result for each item of a batch, in its order
     * @return results in the items' order
     */
    public static <T, R> List<R> answer(
            List<T> items, ToIntFunction<T> length, int size, Function<List<T>, List<R>> work) {
        if (items.size() <= size) {
            return items.isEmpty() ? List.of() : work.apply(items);
        }
        Comparator<Integer> longest = Comparator.comparingInt(i -> -length.applyAsInt(items.get(i)));
        List<Integer> order =
                IntStream.range(0, items.size()).boxed().sorted(longest).toList();
        List<R> results = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i += size) {
            List<Integer> some = order.subList(i, Math.min(i + size, items.size()));
            results.addAll(work.apply(some.stream().map(items::get).toList()));
        }
        List<R> sorted = new ArrayList<>(results);
        for (int i = 0; i < results.size(); i++) {
            sorted.set(order.get(i), results.get(i));
        }
        return sorted;
    }
}
