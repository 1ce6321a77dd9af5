package io.vitrail.transformer.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Python list. Unlike a Java list it has no hash and no text, which a hostile list within itself would make endless.
 */
final class PickleList {
    private final List<Object> values;

    private PickleList(List<Object> values) {
        this.values = values;
    }

    static PickleList of(Object... values) {
        return new PickleList(new ArrayList<>(Arrays.asList(values)));
    }

    List<Object> values() {
        return values;
    }
}
