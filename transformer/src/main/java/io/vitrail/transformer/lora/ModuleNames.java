package io.vitrail.transformer.lora;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds a model's name for a weight that an adapter knows by another: the classes with a head call {@code vit.encoder…} what
 * those without one call {@code encoder…}.
 */
final class ModuleNames {
    private ModuleNames() {}

    /** The same name, or the longest that the wanted one ends with, or the only one that ends with the wanted. */
    static Optional<String> find(Collection<String> names, String wanted) {
        if (names.contains(wanted)) {
            return Optional.of(wanted);
        }
        Optional<String> shorter =
                names.stream().filter(name -> wanted.endsWith("." + name)).max(Comparator.comparingInt(String::length));
        if (shorter.isPresent()) {
            return shorter;
        }
        List<String> longer =
                names.stream().filter(name -> name.endsWith("." + wanted)).toList();
        return longer.size() == 1 ? Optional.of(longer.get(0)) : Optional.empty();
    }
}
