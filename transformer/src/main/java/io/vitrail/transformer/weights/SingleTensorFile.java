package io.vitrail.transformer.weights;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/** An open file, and where in it the tensors lie. */
abstract sealed class SingleTensorFile implements TensorFile permits SafeTensors, PickledTensors {
    private final ModelFile source;
    private final Map<String, StoredTensor> tensors;

    /** Takes over the file: closes it when closed. */
    SingleTensorFile(ModelFile source, Map<String, StoredTensor> tensors) {
        this.source = source;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    @Override
    public Path file() {
        return source.path();
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public StoredTensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    String.format("There is no tensor %s among the %d of %s", Quote.of(name), tensors.size(), file()));
        }
        return tensor;
    }

    @Override
    public void close() {
        source.close();
    }
}
