package io.vitrail.transformer.weights;

/**
 * A range of elements that tensors of a pickle lie in.
 *
 * @param key names the bytes in the file
 * @param type of the elements
 * @param begin the first of the elements
 * @param elements how many there are
 * @param total how many elements the bytes of that key hold
 */
record PickledStorage(String key, StorageType type, long begin, long elements, long total) {
    PickledStorage {
        boolean within = begin >= 0 && elements >= 0 && elements <= total && begin <= total - elements;
        RefusedPickle.unless(within, "Storage %s reaches beyond its %d elements.", Quote.of(key), total);
        RefusedPickle.unless(total <= Long.MAX_VALUE / type.bytes(), "Storage %s is too large.", Quote.of(key));
    }
}
