package io.vitrail.transformer.weights;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vitrail.transformer.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes arrays to a file in the safetensors format, byte for byte as the reference implementation does: larger
 * elements first, then by name; the header is padded with spaces so that the first tensor is aligned to 8 bytes.
 */
public final class SafeTensorsWriter {
    private static final Set<StorageType> FLOATS = EnumSet.of(StorageType.F32, StorageType.F16, StorageType.BF16);
    private static final String METADATA = "__metadata__";
    private static final int ALIGNMENT = 8;

    private SafeTensorsWriter() {}

    /**
     * Writes a file. An existing one is replaced at once when the new one is complete; on a failure it stays as it was.
     * At most one array is copied at a time.
     *
     * @param file in an existing folder
     * @param tensors by name, of type float32, int64, int32, int8, uint8 or boolean; they stay the caller's
     * @param floats the type in which float32 arrays are stored: F32, or F16 or BF16 rounded to nearest, ties to even
     * @param metadata texts about the file; {@code format: pt} is what transformers expects of PyTorch's layout
     * @throws CheckpointException if the file can't be written
     */
    public static void write(
            Path file, Map<String, NDArray> tensors, StorageType floats, Map<String, String> metadata) {
        Check.that(FLOATS.contains(floats), "Float arrays can be stored as %s, not as %s", FLOATS, floats);
        Check.that(!tensors.containsKey(METADATA), "A tensor can't be called %s", METADATA);
        List<OutgoingTensor> sorted = new ArrayList<>();
        tensors.forEach((name, array) -> sorted.add(OutgoingTensor.of(name, array, floats)));
        sorted.sort(Comparator.comparing(OutgoingTensor::type).reversed().thenComparing(OutgoingTensor::name));
        ReplacedFile.write(file, channel -> {
            writeHeader(channel, sorted, metadata);
            for (OutgoingTensor tensor : sorted) {
                tensor.write(channel);
            }
        });
    }

    private static void writeHeader(FileChannel channel, List<OutgoingTensor> tensors, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator generator = new JsonFactory().createGenerator(json)) {
            writeJson(generator, tensors, metadata);
        }
        while (json.size() % ALIGNMENT != 0) {
            json.write(' ');
        }
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        ReplacedFile.writeAll(channel, length.putLong(json.size()).flip());
        ReplacedFile.writeAll(channel, ByteBuffer.wrap(json.toByteArray()));
    }

    private static void writeJson(JsonGenerator json, List<OutgoingTensor> tensors, Map<String, String> metadata)
            throws IOException {
        json.writeStartObject();
        if (!metadata.isEmpty()) {
            json.writeObjectFieldStart(METADATA);
            for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        }
        long begin = 0;
        for (OutgoingTensor tensor : tensors) {
            long end = begin + tensor.bytes();
            long[] shape = tensor.shape();
            json.writeObjectFieldStart(tensor.name());
            json.writeStringField("dtype", tensor.type().name());
            json.writeFieldName("shape");
            json.writeArray(shape, 0, shape.length);
            json.writeFieldName("data_offsets");
            json.writeArray(new long[] {begin, end}, 0, 2);
            json.writeEndObject();
            begin = end;
        }
        json.writeEndObject();
    }
}
