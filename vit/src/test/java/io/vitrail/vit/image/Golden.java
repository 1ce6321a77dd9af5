package io.vitrail.vit.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One recorded call of the reference: what went in, and what came out. The resource folder's recipes (.py) say how they
 * were made.
 */
record Golden(Path folder, JsonNode call) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BYTES = "U8";

    /** Every call below a resource folder. */
    static List<Golden> all(String family) {
        List<Golden> goldens = new ArrayList<>();
        try (Stream<Path> files = Files.walk(resource("goldens/" + family))) {
            for (Path file :
                    files.filter(path -> path.endsWith("golden.json")).sorted().toList()) {
                JsonNode calls = JSON.readTree(file.toFile()).get("calls");
                calls.forEach(call -> goldens.add(new Golden(file.getParent(), call)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return goldens;
    }

    static Path resource(String name) {
        return Resources.path("/io/vitrail/vit/image/" + name);
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return folder.getFileName() + "/" + call.get("name").asText();
    }

    List<Path> pictures() {
        List<Path> pictures = new ArrayList<>();
        call.get("images").forEach(image -> pictures.add(picture(image.asText())));
        return pictures;
    }

    /** Of the case's own folder, or of the one that cases share. */
    private Path picture(String name) {
        Path own = folder.resolve(name);
        return Files.exists(own) ? own : resource("goldens/pictures/" + name);
    }

    JsonNode options() {
        return call.hasNonNull("options") ? call.get("options") : JSON.createObjectNode();
    }

    boolean has(String output) {
        return call.get("outputs").has(output);
    }

    double tolerance() {
        return call.get("tolerance").get("atol").asDouble();
    }

    /** An expected tensor, of whatever type it is stored in. */
    float[] expected(String output) {
        ByteBuffer file = file();
        JsonNode tensor = stored(file, output);
        int start = 8 + (int) file.getLong(0);
        int begin = start + tensor.get("data_offsets").get(0).asInt();
        int end = start + tensor.get("data_offsets").get(1).asInt();
        ByteBuffer data = file.slice(begin, end - begin).order(ByteOrder.LITTLE_ENDIAN);
        return floats(data, tensor.get("dtype").asText());
    }

    /** Whether an expected tensor holds unsigned bytes. */
    boolean isBytes(String output) {
        return stored(file(), output).get("dtype").asText().equals(BYTES);
    }

    private ByteBuffer file() {
        try {
            byte[] file = Files.readAllBytes(folder.resolve("golden.safetensors"));
            return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode stored(ByteBuffer file, String output) {
        String header = new String(file.array(), 8, (int) file.getLong(0), StandardCharsets.UTF_8);
        return json(header).get(call.get("outputs").get(output).asText());
    }

    private static float[] floats(ByteBuffer data, String type) {
        int width = type.equals(BYTES) ? 1 : type.equals("I64") ? 8 : 4;
        float[] values = new float[data.remaining() / width];
        for (int i = 0; i < values.length; i++) {
            values[i] = width == 1 ? data.get(i) & 0xFF : width == 8 ? data.getLong(8 * i) : data.getFloat(4 * i);
        }
        return values;
    }

    /** Unsigned samples as numbers. */
    static float[] numbers(Pixels pixels) {
        byte[] samples = pixels.samples();
        float[] numbers = new float[samples.length];
        for (int i = 0; i < samples.length; i++) {
            numbers[i] = samples[i] & 0xFF;
        }
        return numbers;
    }

    @Override
    public String toString() {
        return name();
    }
}
