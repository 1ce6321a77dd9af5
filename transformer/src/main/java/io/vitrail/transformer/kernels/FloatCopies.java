package io.vitrail.transformer.kernels;

import ai.djl.ndarray.NDArray;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Copies in Java's memory of small arrays that don't change, such as a norm's scale, as long as these are used. Thread-safe. */
final class FloatCopies {
    private final Map<Key, float[]> copies = new ConcurrentHashMap<>();
    private final ReferenceQueue<NDArray> unused = new ReferenceQueue<>();

    float[] of(NDArray array, Function<NDArray, float[]> copy) {
        for (Reference<?> key = unused.poll(); key != null; key = unused.poll()) {
            copies.remove(key);
        }
        Key key = new Key(array, unused);
        float[] known = copies.get(key);
        return known != null ? known : copies.computeIfAbsent(key, k -> copy.apply(array));
    }

    /** The array itself, whatever its numbers are. */
    private static final class Key extends WeakReference<NDArray> {
        private final int hash;

        Key(NDArray array, ReferenceQueue<NDArray> queue) {
            super(array, queue);
            hash = System.identityHashCode(array);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return this == other || other instanceof Key key && get() != null && get() == key.get();
        }
    }
}
