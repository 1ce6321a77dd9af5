package io.vitrail.transformer.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes storages of the persistent identifiers in a checkpoint's pickle, as {@code torch/serialization.py} writes them:
 * {@code ('storage', type, key, location, elements)}; before zip also the place of a view in that storage or None.
 */
final class PersistentStorages {
    private static final int LONGEST_KEY = 1000; // PyTorch's are numbers

    private final Map<String, PickledStorage> roots = new LinkedHashMap<>();

    PickledStorage load(Object[] identifier) {
        String kind = PickleFunction.argument(identifier, 0, String.class);
        RefusedPickle.unless(kind.equals("storage"), "It refers to a %s outside of it.", Quote.of(kind));
        StorageType type = PickleFunction.argument(identifier, 1, PickleGlobal.Storage.class)
                .type();
        String key = PickleFunction.argument(identifier, 2, String.class);
        RefusedPickle.unless(key.length() <= LONGEST_KEY, "A storage's key has %d characters.", key.length());
        long total = PickleFunction.argument(identifier, 4, Long.class);
        PickledStorage root = new PickledStorage(key, type, 0, total, total);
        PickledStorage known = roots.putIfAbsent(key, root);
        RefusedPickle.unless(known == null || known.equals(root), "Storage %s has two types or sizes.", Quote.of(key));
        return identifier.length > 5 && identifier[5] != null ? view(root, identifier) : root;
    }

    /** The view is {@code (its own key, offset, elements)}. */
    private static PickledStorage view(PickledStorage root, Object[] identifier) {
        Object[] view = PickleFunction.argument(identifier, 5, Object[].class);
        long begin = PickleFunction.argument(view, 1, Long.class);
        long elements = PickleFunction.argument(view, 2, Long.class);
        return new PickledStorage(root.key(), root.type(), begin, elements, root.total());
    }

    /** The storages that were referred to, by key. */
    Map<String, PickledStorage> roots() {
        return Collections.unmodifiableMap(roots);
    }
}
