package io.vitrail.transformer.weights;

import java.nio.file.Path;
import java.util.Set;

/** Named tensors in a file, or in several files with an index. Any thread may ask. */
sealed interface TensorFile extends AutoCloseable permits SingleTensorFile, ShardedTensors, ReplacedTensors {

    /** Opens a file by its kind, which its name's ending tells: safetensors, or else a pickle. */
    static TensorFile open(Path file) {
        return file.toString().endsWith(".safetensors") ? SafeTensors.open(file) : PickledTensors.open(file);
    }

    /** The weights file, or the index of several. */
    Path file();

    /** The names of all tensors, in the file's order. */
    Set<String> names();

    /**
     * The tensor of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    StoredTensor tensor(String name);

    @Override
    void close();
}
