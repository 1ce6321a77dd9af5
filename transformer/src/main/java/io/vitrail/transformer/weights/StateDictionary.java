package io.vitrail.transformer.weights;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the named tensors in what a pickle holds: a dictionary of them, or one such dictionary among the values of
 * another, as in {@code {"state_dict": {...}, "epoch": 3}}. What isn't a tensor beside them is passed over.
 */
final class StateDictionary {
    private static final int LONGEST_NAME = 1000;
    private static final int MOST_LISTED = 5;

    private StateDictionary() {}

    /**
     * The tensors by name.
     *
     * @param storages the bytes of each storage, by key
     */
    static Map<String, StoredTensor> in(Object root, Map<String, FileRegion> storages) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        find(root).forEach((name, tensor) -> {
            String key = tensor.storage().key();
            RefusedPickle.unless(storages.containsKey(key), "Storage %s is missing.", Quote.of(key));
            tensors.put(name, tensor.locate(name, storages.get(key)));
        });
        return tensors;
    }

    private static Map<String, PickledTensor> find(Object root) {
        RefusedPickle.unless(root instanceof PickleDictionary, "It holds no dictionary of tensors.");
        Map<String, Map<String, PickledTensor>> found = new LinkedHashMap<>();
        dictionaries((PickleDictionary) root).forEach((dictionary, place) -> {
            Map<String, PickledTensor> tensors = tensors(dictionary);
            if (!tensors.isEmpty() && found.size() < MOST_LISTED) {
                found.put(place, tensors);
            }
        });
        RefusedPickle.unless(found.size() <= 1, "It holds several dictionaries of tensors: %s.", found.keySet());
        return found.values().stream().findFirst().orElseGet(Map::of);
    }

    /** The outer dictionary and those among its values with their places; each once, however often it is there. */
    private static Map<PickleDictionary, String> dictionaries(PickleDictionary outer) {
        Map<PickleDictionary, String> places = new LinkedHashMap<>();
        places.put(outer, "the file itself");
        outer.entries().forEach((key, value) -> {
            if (value instanceof PickleDictionary inner) {
                places.computeIfAbsent(inner, same -> Quote.of(key.toString()));
            }
        });
        return places;
    }

    private static Map<String, PickledTensor> tensors(PickleDictionary dictionary) {
        Map<String, PickledTensor> tensors = new LinkedHashMap<>();
        dictionary.entries().forEach((key, value) -> {
            if (value instanceof PickledTensor tensor) {
                boolean named = key instanceof String name && name.length() <= LONGEST_NAME;
                RefusedPickle.unless(named, "A tensor's name isn't a text of at most %d characters.", LONGEST_NAME);
                tensors.put((String) key, tensor);
            }
        });
        return tensors;
    }
}
