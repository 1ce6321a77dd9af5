package io.vitrail.transformer.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tensors in several files, which an index such as {@code model.safetensors.index.json} assigns; opened when needed.
 */
final class ShardedTensors implements TensorFile {
    private static final int LONGEST_NAME = 255;

    private final Path index;
    private final Map<String, String> shardOf;
    private final Map<String, TensorFile> open = new LinkedHashMap<>();

    private ShardedTensors(Path index, Map<String, String> shardOf) {
        this.index = index;
        this.shardOf = shardOf;
    }

    static ShardedTensors open(Path index) {
        JsonNode assigned = JsonFile.read(index).path("weight_map");
        if (!assigned.isObject()) {
            throw refusal("The index has no object 'weight_map'.", index);
        }
        Map<String, String> shardOf = new LinkedHashMap<>();
        assigned.properties().forEach(entry -> {
            String file = entry.getValue().asText("");
            requirePlainName(file, index);
            shardOf.put(entry.getKey(), file);
        });
        return new ShardedTensors(index, shardOf);
    }

    /**
     * An index can't lead out of its folder. (Links are followed: the hub's cache consists of them.) Names are ASCII: what
     * else a path may hold depends on the system.
     */
    private static void requirePlainName(String file, Path index) {
        boolean plain = file.length() <= LONGEST_NAME
                && (file.endsWith(".safetensors") || file.endsWith(".bin"))
                && file.chars().noneMatch(c -> c < ' ' || c > '~' || "/\\:".indexOf(c) >= 0);
        if (!plain) {
            throw refusal("The index names " + Quote.of(file) + ", which is no plain name of a weights file.", index);
        }
    }

    private static CheckpointException refusal(String what, Path index) {
        return CheckpointException.of(what, index, "download the checkpoint again.");
    }

    @Override
    public Path file() {
        return index;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(shardOf.keySet());
    }

    @Override
    public StoredTensor tensor(String name) {
        String file = shardOf.get(name);
        Check.that(file != null, "There is no tensor %s among the %d of %s", Quote.of(name), shardOf.size(), index);
        TensorFile shard = shard(file);
        if (!shard.names().contains(name)) {
            throw refusal("The index promises tensor " + Quote.of(name) + " in '" + file + "', which lacks it.", index);
        }
        return shard.tensor(name);
    }

    private synchronized TensorFile shard(String file) {
        return open.computeIfAbsent(file, name -> TensorFile.open(index.resolveSibling(name)));
    }

    @Override
    public synchronized void close() {
        open.values().forEach(TensorFile::close);
    }
}
