package io.vitrail.transformer.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model as Hugging Face transformers saves it: {@code config.json} and weights, as safetensors or a pickle, in one
 * file or several with an index. Those that timm and open_clip save are read as well.
 *
 * <p>Names are those that models have today; old ones, such as {@code LayerNorm.gamma}, are translated. Any thread may
 * read; arrays that were made of tensors stay valid when the checkpoint is closed.
 */
public final class Checkpoint implements AutoCloseable {
    /** What the names of open_clip's files begin with. */
    static final String OPEN_CLIP = "open_clip";

    private static final String CONFIG = "config.json";

    private final Path folder;
    private final TensorFile weights;
    private final Optional<Path> description;
    private final Lazy<JsonNode> config = new Lazy<>(this::readConfig);
    private final Map<String, String> storedNames = new LinkedHashMap<>();

    private Checkpoint(Path folder, TensorFile weights, Optional<Path> description) {
        this.folder = folder;
        this.weights = weights;
        this.description = description;
        for (String stored : weights.names()) {
            String other = storedNames.put(LegacyNames.modern(stored), stored);
            if (other != null) {
                String what = Quote.of(other) + " and " + Quote.of(stored) + " are two names of one weight.";
                throw CheckpointException.of(what, weights.file(), "remove one of them from the file.");
            }
        }
    }

    /**
     * Opens a checkpoint; the caller closes it.
     *
     * <p>In a folder, the weights are the first of model.safetensors, model.safetensors.index.json, pytorch_model.bin,
     * pytorch_model.bin.index.json, open_clip_model.safetensors and open_clip_pytorch_model.bin that is there.
     *
     * @param path its folder, or its weights file or index in that folder
     * @throws CheckpointException if nothing is there, or the weights can't be read; the message says why
     */
    public static Checkpoint open(Path path) {
        TensorFile weights = WeightFiles.open(path);
        try {
            return new Checkpoint(weights.file().toAbsolutePath().getParent(), weights, Optional.empty());
        } catch (CheckpointException e) {
            weights.close();
            throw e;
        }
    }

    /**
     * This checkpoint with other weights: each replaces the one of its name, or is a further one. It is valid while this one
     * is open.
     */
    public Checkpoint withWeights(Map<String, StoredTensor> others) {
        Map<String, StoredTensor> stored = new LinkedHashMap<>();
        others.forEach((name, tensor) -> stored.put(storedNames.getOrDefault(name, name), tensor));
        return new Checkpoint(folder, new ReplacedTensors(weights, stored), description);
    }

    /** This checkpoint described by another config.json; the rest stays. It is valid while this one is open. */
    public Checkpoint withConfig(Path file) {
        return new Checkpoint(folder, weights, Optional.of(file));
    }

    /** Whether a folder holds weights by one of the names that {@link #open} looks for. */
    public static boolean isIn(Path folder) {
        return WeightFiles.in(folder).isPresent();
    }

    /** The folder with the config, the weights and the tokenizer; absolute. */
    public Path folder() {
        return folder;
    }

    /** The file of the weights, or the index of several. */
    public Path file() {
        return weights.file();
    }

    /** The file that describes the model: config.json, or open_clip_config.json beside open_clip's weights. */
    public Path configFile() {
        if (description.isPresent()) {
            return description.get();
        }
        boolean openClip = file().getFileName().toString().startsWith(OPEN_CLIP);
        return folder.resolve(openClip ? OPEN_CLIP + "_" + CONFIG : CONFIG);
    }

    /**
     * What the file that describes the model holds; it is read once. Whoever changes it copies it first.
     *
     * @throws CheckpointException if it is missing or isn't a JSON object
     */
    public JsonNode config() {
        return config.get();
    }

    private JsonNode readConfig() {
        Path file = configFile();
        if (!Files.exists(file)) {
            throw CheckpointException.of(
                    "The checkpoint has no " + file.getFileName() + ", which describes the model.",
                    file,
                    "download it from where the weights come from.");
        }
        return JsonFile.read(file);
    }

    /** The names of all weights. */
    public Set<String> names() {
        return Collections.unmodifiableSet(storedNames.keySet());
    }

    /** Whether there is a weight of that name. */
    public boolean has(String name) {
        return storedNames.containsKey(name);
    }

    /**
     * The weight of that name, not yet read.
     *
     * @throws IllegalArgumentException if there is none
     * @throws CheckpointException if an index promises it in a file that lacks it
     */
    public StoredTensor tensor(String name) {
        if (!has(name)) {
            throw new IllegalArgumentException(String.format(
                    "There is no weight %s among the %d of %s", Quote.of(name), storedNames.size(), file()));
        }
        return weights.tensor(storedNames.get(name));
    }

    /** The bytes that all weights take together as they are stored. */
    public long bytes() {
        return names().stream().mapToLong(name -> tensor(name).bytes()).sum();
    }

    /**
     * Whether the weights carry their base model's prefix: checkpoints of {@code ViTModel} don't, those of
     * {@code ViTForImageClassification} do. For {@link WeightTable#load}.
     *
     * @param prefix such as {@code vit}
     * @return the prefix if a weight's name begins with it and a dot; otherwise the empty text
     */
    public String base(String prefix) {
        return names().stream().anyMatch(name -> name.startsWith(prefix + ".")) ? prefix : "";
    }

    @Override
    public void close() {
        weights.close();
    }
}
