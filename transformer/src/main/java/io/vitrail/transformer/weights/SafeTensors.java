package io.vitrail.transformer.weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file in the safetensors format: a header in JSON, then the tensors' bytes. Nothing is executed, and nothing but the
 * header is read until a tensor is asked for.
 *
 * <p>As strict as the reference implementation (github.com/huggingface/safetensors): the header may take 100 MB, keys
 * are unique, and the tensors cover the rest of the file exactly, without a gap or an overlap.
 */
public final class SafeTensors extends SingleTensorFile {
    private final Map<String, String> metadata;

    private SafeTensors(ModelFile source, SafeTensorsHeader header) {
        super(source, tensors(source, header));
        metadata = header.metadata();
    }

    private static Map<String, StoredTensor> tensors(ModelFile source, SafeTensorsHeader header) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        header.entries().forEach((name, entry) -> {
            FileRegion region = source.region(header.bytes() + entry.begin(), entry.end() - entry.begin());
            tensors.put(name, new StoredTensor(name, entry.type(), entry.shape(), region));
        });
        return tensors;
    }

    /**
     * Opens a file; the caller closes it, after which arrays made of it stay valid.
     *
     * @throws CheckpointException if it is missing or isn't a valid safetensors file
     */
    public static SafeTensors open(Path file) {
        return open(ModelFile.open(file));
    }

    static SafeTensors open(ModelFile source) {
        try {
            return new SafeTensors(source, SafeTensorsHeader.read(source));
        } catch (CheckpointException e) {
            source.close();
            throw e;
        }
    }

    /** The texts that the writer left beside the tensors, such as {@code format: pt}. */
    public Map<String, String> metadata() {
        return metadata;
    }
}
