package io.vitrail.transformer.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.transformer.weights.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** The calls of a golden case among the test resources, and their tensors. */
record Goldens(JsonNode json, SafeTensors tensors) implements AutoCloseable {
    /** Reads {@code training/FOLDER}. */
    static Goldens read(String folder) {
        try {
            Path directory =
                    Path.of(Goldens.class.getResource("/training/" + folder).toURI());
            JsonNode json =
                    new ObjectMapper().readTree(directory.resolve("golden.json").toFile());
            return new Goldens(json, SafeTensors.open(directory.resolve("golden.safetensors")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The call of that name. */
    JsonNode call(String name) {
        return StreamSupport.stream(json.path("calls").spliterator(), false)
                .filter(call -> call.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    StoredTensor input(String call, String name) {
        return tensors.tensor(call(call).path("inputs").path(name).asText());
    }

    StoredTensor output(String call, String name) {
        return tensors.tensor(call(call).path("outputs").path(name).asText());
    }

    /** The numbers of a tensor of any type. */
    static List<Double> numbers(StoredTensor tensor) {
        List<Double> numbers = new ArrayList<>();
        if (tensor.type().isFloating()) {
            for (float number : tensor.floats()) {
                numbers.add((double) number);
            }
        } else {
            for (int i = 0; i < tensor.size(); i++) {
                numbers.add((double) tensor.buffer().getLong(Long.BYTES * i));
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        tensors.close();
    }
}
