package io.vitrail.text.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Elements, attributes and slices of values. */
final class Access {
    private Access() {}

    /** An element by key or index, or a method; undefined if there is neither. */
    static Object element(Object of, Object key, boolean attribute) {
        if (of instanceof Undefined undefined) {
            throw new TemplateError("'%s' is undefined", undefined.name());
        }
        if (of instanceof Namespace namespace && key instanceof String name) {
            return namespace.get(name);
        }
        Optional<Object> method = key instanceof String name ? Methods.of(of, name) : Optional.empty();
        if (attribute && method.isPresent()) {
            return method.get();
        }
        Object found = item(of, key);
        return found == null ? method.orElseGet(() -> new Undefined(String.valueOf(key))) : found;
    }

    /** The element itself; null if there is none. */
    private static Object item(Object of, Object key) {
        if (of instanceof Map<?, ?> map) {
            return map.get(key);
        }
        boolean indexed = key instanceof Long && (of instanceof List<?> || of instanceof String);
        if (!indexed) {
            return null;
        }
        List<?> items = of instanceof List<?> list ? list : Values.items(of);
        long index = (Long) key < 0 ? (Long) key + items.size() : (Long) key;
        return index >= 0 && index < items.size() ? items.get((int) index) : null;
    }

    static Object slice(Object of, Object from, Object to, Object by, Scope scope) {
        if (!(of instanceof List<?>) && !(of instanceof String)) {
            throw new TemplateError("%s can't be sliced", Values.kind(of));
        }
        List<?> items = Values.items(of);
        scope.budget().spend(items.size());
        int step = by == None.NONE ? 1 : Values.index(by);
        if (step == 0) {
            throw new TemplateError("a slice can't have the step 0");
        }
        int size = items.size();
        int start = bound(from, step > 0 ? 0 : size - 1, size, step);
        int end = bound(to, step > 0 ? size : -1, size, step);
        List<Object> picked = new ArrayList<>();
        for (long i = start; step > 0 ? i < end : i > end; i += step) {
            picked.add(items.get((int) i));
        }
        return of instanceof String
                ? String.join("", picked.stream().map(String.class::cast).toList())
                : picked;
    }

    private static int bound(Object bound, int otherwise, int size, int step) {
        if (bound == None.NONE) {
            return otherwise;
        }
        long index = Values.index(bound);
        long counted = index < 0 ? index + size : index;
        return (int) (step > 0 ? Math.max(Math.min(counted, size), 0) : Math.max(Math.min(counted, size - 1), -1));
    }
}
