package io.vitrail.text.tokenizer.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** Jinja's namespace(): the one value whose attributes can be set, so that loops can pass something on. */
final class Namespace {
    private final Map<String, Object> values = new LinkedHashMap<>();

    Object get(String name) {
        return values.getOrDefault(name, new Undefined(name));
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}
