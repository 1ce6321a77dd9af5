package io.vitrail.transformer.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.transformer.weights.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A recorded case: calls of the reference implementation on one small checkpoint, with all tensors that went in and came out.
 *
 * @param folder of golden.json and golden.safetensors
 * @param family such as "vit"
 * @param name of the case within its family
 * @param calls in order: a later call may take an output of an earlier one as input
 * @param tensors by name
 */
public record GoldenCase(
        Path folder, String family, String name, List<GoldenCall> calls, Map<String, GoldenTensor> tensors) {
    private static final String FILE = "golden.json";

    /**
     * Folders of all cases at or below a folder, sorted.
     *
     * @throws IllegalArgumentException if it isn't a folder
     * @throws CheckpointException if it can't be listed
     */
    public static List<Path> under(Path folder) {
        Check.that(Files.isDirectory(folder), "'%s' is not a folder.", folder);
        try (Stream<Path> files = Files.walk(folder, 6)) {
            return files.filter(file -> file.endsWith(FILE))
                    .map(Path::getParent)
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw CheckpointException.of(
                    "The cases can't be listed: " + e.getMessage(), folder, "check the folder's permissions.", e);
        }
    }

    /**
     * The family of a case, without reading its tensors; "" if its golden.json names none.
     *
     * @throws CheckpointException if there is no golden.json, or no JSON in it
     */
    public static String familyOf(Path folder) {
        return family(JsonFile.read(folder.resolve(FILE)));
    }

    private static String family(JsonNode json) {
        return json.path("family").asText("");
    }

    /**
     * Reads a case.
     *
     * @throws CheckpointException if one of its two files is missing or damaged
     * @throws IllegalArgumentException if its golden.json lacks what every case has
     */
    public static GoldenCase read(Path folder) {
        JsonNode json = JsonFile.read(folder.resolve(FILE));
        List<GoldenCall> calls = StreamSupport.stream(json.path("calls").spliterator(), false)
                .map(call -> new GoldenCall(folder, call))
                .toList();
        Check.that(json.path("format").asInt() == 1, "%s: format %s is not 1.", folder, json.path("format"));
        Check.that(!family(json).isEmpty(), "%s: golden.json names no family.", folder);
        Check.that(!calls.isEmpty(), "%s: golden.json has no calls.", folder);
        return new GoldenCase(folder, family(json), json.path("case").asText(), calls, tensors(folder));
    }

    /** One of the tensors, by name. */
    GoldenTensor tensor(String name) {
        Check.that(tensors.containsKey(name), "golden.safetensors has no tensor '%s'", name);
        return tensors.get(name);
    }

    private static Map<String, GoldenTensor> tensors(Path folder) {
        Map<String, GoldenTensor> tensors = new HashMap<>();
        try (SafeTensors file = SafeTensors.open(folder.resolve("golden.safetensors"))) {
            file.names().forEach(name -> tensors.put(name, plain(file.tensor(name))));
        }
        return tensors;
    }

    private static GoldenTensor plain(StoredTensor tensor) {
        if (tensor.type() == StorageType.I64) {
            long[] values = new long[Math.toIntExact(tensor.size())];
            tensor.buffer().asLongBuffer().get(values);
            return GoldenTensor.of(tensor.shape(), values);
        }
        if (tensor.type() == StorageType.U8) {
            ByteBuffer buffer = tensor.buffer();
            byte[] values = new byte[buffer.remaining()];
            buffer.get(values);
            return GoldenTensor.ofPixels(tensor.shape(), values);
        }
        return GoldenTensor.of(tensor.shape(), tensor.floats());
    }
}
