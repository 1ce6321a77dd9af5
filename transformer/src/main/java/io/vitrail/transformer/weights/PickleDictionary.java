package io.vitrail.transformer.weights;

import java.util.LinkedHashMap;
import java.util.Map;

/** A Python dictionary. Its keys are scalars, so that no hash of nested hostile values is ever computed. */
final class PickleDictionary {
    private final Map<Object, Object> entries = new LinkedHashMap<>();

    void put(Object key, Object value) {
        boolean scalar = key instanceof String || key instanceof Number || key instanceof Boolean;
        RefusedPickle.unless(scalar, "It holds a dictionary whose keys are neither texts nor numbers.");
        if (entries.containsKey(key)) {
            throw new RefusedPickle("A dictionary holds the key " + Quote.of(key.toString()) + " twice.");
        }
        entries.put(key, value);
    }

    Map<Object, Object> entries() {
        return entries;
    }
}
