package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What the attentions of a decoder keep from one pass to the next, so that each token goes through the layers once: per layer
 * the keys and values of all tokens so far, in room that is written in place and doubles when it is full; and those of the
 * context that is asked, computed once.
 *
 * <p>Rows are the sequences that grow. Between passes they may be reordered, doubled and dropped; only what moves is copied. Not
 * thread-safe: one cache, one generation. Its memory is the owner's.
 */
public final class KeyValueCache {
    private static final int FIRST_ROOM = 64;

    private final NDManager owner;
    private final Map<Integer, Rooms> layers = new HashMap<>();
    private final Map<Integer, KeyValue> contexts = new HashMap<>();
    private long length;
    private int rows;

    /** @param owner of the memory; it outlives the passes */
    public KeyValueCache(NDManager owner) {
        this.owner = owner;
    }

    /** Tokens of each row so far. */
    public long length() {
        return length;
    }

    /** Ends a pass that gave each of so many rows so many tokens more. */
    public void advance(int rowCount, long tokens) {
        rows = rowCount;
        length += tokens;
    }

    /** Forgets the tokens behind the first ones; what they were written over keeps its room. */
    public void rewind(long tokens) {
        Check.that(tokens >= 0 && tokens <= length, "Of %d tokens the first %d can't be kept.", length, tokens);
        length = tokens;
    }

    /**
     * Row i goes on from what row parents[i] was.
     *
     * @param operations those within the decoder
     * @throws IllegalArgumentException if there is no such row
     */
    public void select(int[] parents, Operations operations) {
        checkRows(parents, rows);
        rows = parents.length;
        layers.values().forEach(rooms -> rooms.select(parents, operations));
    }

    /**
     * Context i is from now on what context kept[i] was.
     *
     * @param operations those within the decoder
     */
    public void selectContexts(int[] kept, Operations operations) {
        contexts.replaceAll((layer, context) ->
                new KeyValue(selected(context.k(), kept, operations), selected(context.v(), kept, operations)));
    }

    private NDArray selected(NDArray from, int[] kept, Operations operations) {
        checkRows(kept, from.getShape().get(0));
        try (from) {
            long tokens = from.getShape().get(2);
            NDArray to = operations.room(from, kept.length, tokens, owner);
            copyRows(from, to, tokens, kept, upTo(kept.length), operations);
            return to;
        }
    }

    private NDArray kept(NDArray fresh, Operations operations) {
        Shape s = fresh.getShape();
        NDArray room = operations.room(fresh, s.get(0), s.get(2), owner);
        operations.write(room, fresh, 0).close();
        return room;
    }

    private static void checkRows(int[] numbers, long count) {
        for (int number : numbers) {
            Check.that(number >= 0 && number < count, "Row %d isn't among the %d of the cache.", number, count);
        }
    }

    /**
     * Adds a layer's keys and values of new tokens.
     *
     * @return those of all tokens so far, as views that belong to the manager of the given arrays
     */
    KeyValue extended(int layer, KeyValue added, Operations operations) {
        KeyValue rooms = rooms(layer, added, operations);
        return new KeyValue(
                operations.write(rooms.k(), added.k(), length), operations.write(rooms.v(), added.v(), length));
    }

    /** Where a layer's keys and values are, with room for those of new tokens behind. */
    KeyValue rooms(int layer, KeyValue added, Operations operations) {
        Rooms rooms = layers.computeIfAbsent(layer, l -> new Rooms());
        rooms.reserve(added, operations);
        return rooms.room;
    }

    /** A layer's keys and values of the context: computed on first use, and given as views in that manager. */
    KeyValue context(int layer, Supplier<KeyValue> computed, NDManager borrower, Operations operations) {
        KeyValue kept = contexts.computeIfAbsent(layer, l -> {
            KeyValue fresh = computed.get();
            return new KeyValue(kept(fresh.k(), operations), kept(fresh.v(), operations));
        });
        return new KeyValue(Scope.lend(kept.k(), borrower), Scope.lend(kept.v(), borrower));
    }

    private void copyRows(NDArray from, NDArray to, long tokens, int[] sources, int[] targets, Operations operations) {
        try (NDArray source = numbers(sources);
                NDArray target = numbers(targets)) {
            operations.copyRows(from, to, tokens, source, target);
        }
    }

    private NDArray numbers(int[] numbers) {
        return owner.create(Arrays.stream(numbers).asLongStream().toArray());
    }

    private static int[] upTo(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** Where one layer's keys and values are written: [at least as many rows, heads, capacity, headWidth]. */
    private final class Rooms {
        private KeyValue room;

        private long capacity() {
            return room == null ? 0 : room.k().getShape().get(2);
        }

        void reserve(KeyValue added, Operations operations) {
            int newRows = Math.toIntExact(added.k().getShape().get(0));
            long needed = length + added.k().getShape().get(2);
            if (room == null) {
                room = made(added, newRows, needed + FIRST_ROOM, operations);
            } else if (needed > capacity()) {
                move(upTo(newRows), Math.max(2 * capacity(), needed), operations);
            }
        }

        void select(int[] parents, Operations operations) {
            if (parents.length > room.k().getShape().get(0)) {
                move(parents, capacity(), operations);
                return;
            }
            int[] targets = IntStream.range(0, parents.length)
                    .filter(row -> parents[row] != row)
                    .toArray();
            if (targets.length > 0) {
                int[] sources = Arrays.stream(targets).map(row -> parents[row]).toArray();
                copyRows(room.k(), room.k(), length, sources, targets, operations);
                copyRows(room.v(), room.v(), length, sources, targets, operations);
            }
        }

        private void move(int[] parents, long capacity, Operations operations) {
            KeyValue old = room;
            KeyValue larger = made(old, parents.length, capacity, operations);
            int[] targets = upTo(parents.length);
            copyRows(old.k(), larger.k(), length, parents, targets, operations);
            copyRows(old.v(), larger.v(), length, parents, targets, operations);
            room = larger;
            old.k().close();
            old.v().close();
        }

        private KeyValue made(KeyValue like, int count, long capacity, Operations operations) {
            return new KeyValue(
                    operations.room(like.k(), count, capacity, owner),
                    operations.room(like.v(), count, capacity, owner));
        }
    }
}
