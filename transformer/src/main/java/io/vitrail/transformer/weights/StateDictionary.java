package io.vitrail.transformer.weights;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the named tensors in what a pickle holds: a dictionary of them, or one such dictionary among the values of
 * another, as in {@code {"state_dict": {...}, "epoch": 3}}. What isn't a tensor beside them is passed over.
 */
final class StateDictionary {
    private static final int LONGEST_NAME = 1000;

    private StateDictionary() {}

    static Map<String, PickledTensor> in(Object root) {
        RefusedPickle.unless(root instanceof PickleDictionary, "It holds no dictionary of tensors.");
        PickleDictionary outer = (PickleDictionary) root;
        Map<String, Map<String, PickledTensor>> found = new LinkedHashMap<>();
        add(found, "the file itself", outer);
        outer.entries().forEach((key, value) -> {
            if (value instanceof PickleDictionary inner) {
                add(found, Quote.of(key.toString()), inner);
            }
        });
        RefusedPickle.unless(found.size() <= 1, "It holds several dictionaries of tensors: %s.", found.keySet());
        return found.values().stream().findFirst().orElseGet(Map::of);
    }

    private static void add(Map<String, Map<String, PickledTensor>> found, String place, PickleDictionary dictionary) {
        Map<String, PickledTensor> tensors = new LinkedHashMap<>();
        dictionary.entries().forEach((key, value) -> {
            if (value instanceof PickledTensor tensor) {
                boolean named = key instanceof String name && name.length() <= LONGEST_NAME;
                RefusedPickle.unless(named, "A tensor's name isn't a text of at most %d characters.", LONGEST_NAME);
                tensors.put((String) key, tensor);
            }
        });
        if (!tensors.isEmpty()) {
            found.put(place, tensors);
        }
    }
}
