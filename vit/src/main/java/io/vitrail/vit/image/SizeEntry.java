package io.vitrail.vit.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A size as configuration files give it: edges by name. Files of old, and callers, give a number or a pair instead,
 * which is put into this form as transformers' {@code get_size_dict} does.
 */
record SizeEntry(Map<String, Integer> edges) {
    static final String HEIGHT = "height";
    static final String WIDTH = "width";
    static final String SHORTEST = "shortest_edge";
    static final String LONGEST = "longest_edge";
    static final String MAX_HEIGHT = "max_height";
    static final String MAX_WIDTH = "max_width";

    private static final List<Set<String>> FORMS = List.of(
            Set.of(HEIGHT, WIDTH),
            Set.of(SHORTEST),
            Set.of(SHORTEST, LONGEST),
            Set.of(LONGEST),
            Set.of(MAX_HEIGHT, MAX_WIDTH));

    /** @param squares whether a number is the height and the width, and not the shortest edge */
    static SizeEntry read(String key, JsonNode value, boolean squares) {
        if (value.isIntegralNumber()) {
            return squares ? pair(key, value, value) : new SizeEntry(Map.of(SHORTEST, edge(key, value)));
        }
        if (value.isArray() && value.size() == 2) {
            return pair(key, value.get(0), value.get(1));
        }
        Check.that(value.isObject(), "'%s' must be a number, a pair or named edges, not %s.", key, value);
        Map<String, Integer> edges = new TreeMap<>();
        value.properties().forEach(entry -> edges.put(entry.getKey(), edge(key, entry.getValue())));
        Check.that(FORMS.contains(edges.keySet()), "'%s' must have the keys of one of %s, not %s.", key, FORMS, edges);
        return new SizeEntry(Map.copyOf(edges));
    }

    private static SizeEntry pair(String key, JsonNode height, JsonNode width) {
        return new SizeEntry(Map.of(HEIGHT, edge(key, height), WIDTH, edge(key, width)));
    }

    private static int edge(String key, JsonNode value) {
        Check.that(
                value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0,
                "'%s' must hold positive whole numbers, not %s.",
                key,
                value);
        return value.intValue();
    }

    boolean has(String edge) {
        return edges.containsKey(edge);
    }

    int edge(String name) {
        Check.that(has(name), "A size with '%s' is needed here, not %s.", name, edges);
        return edges.get(name);
    }

    int height() {
        return edge(HEIGHT);
    }

    int width() {
        return edge(WIDTH);
    }
}
