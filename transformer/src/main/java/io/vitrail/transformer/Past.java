package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import java.util.function.Supplier;

/** What earlier passes left to this one, as one of its layers sees it. */
public sealed interface Past {
    /** The pass stands for itself. */
    Past NONE = new None();

    /** Tokens that the cache holds: those before the tokens of this pass. */
    default long tokens() {
        return 0;
    }

    /** The same for another layer, counted from 0. */
    default Past inLayer(int number) {
        return this;
    }

    /** The layer's keys and values of this pass's tokens after those of earlier passes. */
    default KeyValue seen(KeyValue added, Operations operations) {
        return added;
    }

    /** The layer's keys and values of the context, computed once where they are kept; they belong to the manager. */
    default KeyValue asked(Supplier<KeyValue> computed, NDManager manager, Operations operations) {
        return computed.get();
    }

    /** What the layer was given of earlier segments; it belongs to the manager. */
    default Optional<NDArray> remembered(NDManager manager) {
        return Optional.empty();
    }

    /** Keeps what the layer is given for the next segment, where segments are remembered. */
    default void remember(NDArray x, Operations operations) {}

    /** Nothing. */
    record None() implements Past {}

    /** Keys and values: each token goes through the layers once. */
    record Cached(KeyValueCache cache, int layer) implements Past {
        @Override
        public long tokens() {
            return cache.length();
        }

        @Override
        public Past inLayer(int number) {
            return new Cached(cache, number);
        }

        @Override
        public KeyValue seen(KeyValue added, Operations operations) {
            return cache.extended(layer, added, operations);
        }

        @Override
        public KeyValue asked(Supplier<KeyValue> computed, NDManager manager, Operations operations) {
            return cache.context(layer, computed, manager, operations);
        }

        /** Where the layer's keys and values are, with room for those of new tokens behind. */
        KeyValue rooms(KeyValue added, Operations operations) {
            return cache.rooms(layer, added, operations);
        }
    }

    /** What each layer was given: a text is read segment by segment. */
    record Remembered(SegmentMemory memory, int layer) implements Past {
        @Override
        public Past inLayer(int number) {
            return new Remembered(memory, number);
        }

        @Override
        public Optional<NDArray> remembered(NDManager manager) {
            return Optional.of(memory.of(layer, manager));
        }

        @Override
        public void remember(NDArray x, Operations operations) {
            memory.keep(layer, operations.leave(x));
        }
    }
}
