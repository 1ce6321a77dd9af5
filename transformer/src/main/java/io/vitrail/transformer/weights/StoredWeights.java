package io.vitrail.transformer.weights;

import java.util.Map;
import java.util.TreeMap;

/**
 * What weights a checkpoint holds.
 *
 * @param file that they are in, or the index of several
 * @param bytes of all weights
 * @param numbers how many of each type
 */
public record StoredWeights(String file, long bytes, Map<StorageType, Long> numbers) {
    /** What a checkpoint's headers tell; no weight is read. */
    public static StoredWeights of(Checkpoint checkpoint) {
        Map<StorageType, Long> numbers = new TreeMap<>();
        for (String name : checkpoint.names()) {
            StoredTensor tensor = checkpoint.tensor(name);
            numbers.merge(tensor.type(), tensor.size(), Long::sum);
        }
        return new StoredWeights(checkpoint.file().getFileName().toString(), checkpoint.bytes(), numbers);
    }
}
