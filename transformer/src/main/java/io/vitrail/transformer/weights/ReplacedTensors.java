package io.vitrail.transformer.weights;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A file of tensors, of which some are replaced by others, or further ones are there. It closes nothing: the file stays its
 * owner's.
 */
record ReplacedTensors(TensorFile base, Map<String, StoredTensor> others) implements TensorFile {
    @Override
    public Path file() {
        return base.file();
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(base.names());
        names.addAll(others.keySet());
        return Collections.unmodifiableSet(names);
    }

    @Override
    public StoredTensor tensor(String name) {
        StoredTensor other = others.get(name);
        return other != null ? other : base.tensor(name);
    }

    @Override
    public void close() {
        // Who opened the file closes it.
    }
}
