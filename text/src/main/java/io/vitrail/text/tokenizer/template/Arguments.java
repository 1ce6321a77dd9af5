package io.vitrail.text.tokenizer.template;

import java.util.List;
import java.util.Map;

/**
 * What a function, filter or test is called with.
 *
 * @param positional in order
 * @param named by name
 */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** One that may be left out. */
    Object get(int index, String name, Object otherwise) {
        return index < positional.size() ? positional.get(index) : named.getOrDefault(name, otherwise);
    }

    /** One that must be there. */
    Object require(int index, String name) {
        Object value = get(index, name, null);
        if (value == null) {
            throw new TemplateError("an argument is missing: %s", name);
        }
        return value;
    }

    String text(int index, String name) {
        return Values.requireText(require(index, name), name);
    }

    int integer(int index, String name, int otherwise) {
        Object value = get(index, name, (long) otherwise);
        return value == None.NONE ? otherwise : Values.index(value);
    }

    /** Without the first positional ones. */
    Arguments from(int index) {
        return new Arguments(positional.subList(Math.min(index, positional.size()), positional.size()), named);
    }
}
