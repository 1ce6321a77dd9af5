package io.vitrail.fusion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.hub.HubServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A checkpoint's folder as a repository of a hub, its weights in two files and an index of them where they can be. */
record HubRepository(String name, Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String COMMIT = HubServer.commit(1);
    private static final String WEIGHTS = "model.safetensors";
    private static final int SHARDS = 2;

    /** What a shard holds, so far. */
    private record Shard(String file, ObjectNode header, ByteArrayOutputStream data) {
        void add(String name, JsonNode tensor, ByteBuffer all) {
            int begin = tensor.path("data_offsets").get(0).asInt();
            int end = tensor.path("data_offsets").get(1).asInt();
            ObjectNode moved = tensor.deepCopy();
            header.set(name, moved);
            moved.putArray("data_offsets").add(data.size()).add(data.size() + end - begin);
            data.write(all.array(), all.position() + begin, end - begin);
        }

        byte[] bytes() {
            byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(Long.BYTES + text.length + data.size())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(text.length)
                    .put(text)
                    .put(data.toByteArray())
                    .array();
        }
    }

    /** How many files the weights are in; open_clip has no shards. */
    int shards() {
        return Files.exists(folder.resolve(WEIGHTS)) ? SHARDS : 1;
    }

    /** Lets a hub have it. */
    void publish(HubServer server) {
        server.revision(name, "main", COMMIT);
        for (String file : files()) {
            if (file.equals(WEIGHTS)) {
                publishShards(server);
            } else {
                server.file(name, COMMIT, file, read(file), file.endsWith(".safetensors"));
            }
        }
    }

    private void publishShards(HubServer server) {
        ByteBuffer all = ByteBuffer.wrap(read(WEIGHTS)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) all.getLong()];
        all.get(header);
        List<Shard> shards = IntStream.rangeClosed(1, SHARDS)
                .mapToObj(number -> String.format("model-%05d-of-%05d.safetensors", number, SHARDS))
                .map(file -> new Shard(file, JSON.createObjectNode(), new ByteArrayOutputStream()))
                .toList();
        ObjectNode index = JSON.createObjectNode();
        ObjectNode files = index.putObject("weight_map");
        for (Map.Entry<String, JsonNode> tensor : tensors(header)) {
            Shard shard = shards.get(files.size() % SHARDS);
            shard.add(tensor.getKey(), tensor.getValue(), all);
            files.put(tensor.getKey(), shard.file());
        }
        shards.forEach(shard -> server.file(name, COMMIT, shard.file(), shard.bytes(), true));
        server.file(name, COMMIT, WEIGHTS + ".index.json", index.toString());
    }

    private static List<Map.Entry<String, JsonNode>> tensors(byte[] header) {
        try {
            return JSON.readTree(header).properties().stream()
                    .filter(entry -> !entry.getKey().equals("__metadata__"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.startsWith("golden.") && !file.endsWith(".png"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] read(String file) {
        try {
            return Files.readAllBytes(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
