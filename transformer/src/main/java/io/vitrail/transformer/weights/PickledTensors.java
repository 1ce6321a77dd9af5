package io.vitrail.transformer.weights;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A file that {@code torch.save} wrote, such as {@code pytorch_model.bin}. A pickle is a program; this one reader runs
 * only the few steps that describe tensors, calls no foreign code, and refuses everything else by name.
 */
public final class PickledTensors extends SingleTensorFile {
    private static final String REMEDY =
            "ask for model.safetensors, or convert it in Python: torch.load(file, weights_only=True), then save_file.";
    private static final int START_BYTES = 8;

    private PickledTensors(ModelFile source, Map<String, StoredTensor> tensors) {
        super(source, tensors);
    }

    /**
     * Opens a file; the caller closes it, after which arrays made of it stay valid.
     *
     * @throws CheckpointException if it is missing, damaged, or holds anything but tensors and plain values
     */
    public static PickledTensors open(Path file) {
        return open(ModelFile.open(file));
    }

    static PickledTensors open(ModelFile source) {
        try {
            return new PickledTensors(source, read(source));
        } catch (RefusedPickle e) {
            source.close();
            throw CheckpointException.of(
                    "The pickled checkpoint cannot be read. " + e.getMessage(), source.path(), REMEDY, e);
        } catch (CheckpointException e) {
            source.close();
            throw e;
        }
    }

    /** By the first bytes: a zip archive, or a pickle of protocol 2 or later. */
    private static Map<String, StoredTensor> read(ModelFile source) {
        ByteBuffer start = source.read(0, (int) Math.min(START_BYTES, source.size()));
        String letters = StandardCharsets.ISO_8859_1.decode(start).toString();
        if (letters.startsWith("PK\3\4")) {
            return ZippedPickle.read(source);
        }
        RefusedPickle.unless(letters.startsWith("\u0080"), "It begins neither as a zip archive nor as a pickle.");
        return LegacyPickle.read(source);
    }
}
