package io.vitrail.transformer.lora;

import io.vitrail.transformer.Check;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.StoredTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A LoRA adapter as Hugging Face's PEFT saves it: {@code adapter_config.json}, and {@code adapter_model.safetensors} or
 * {@code adapter_model.bin}. Besides matrices of low rank it may hold whole weights (PEFT's {@code modules_to_save} and
 * biases), lengths of rows (DoRA), and changes of embeddings and convolutions. It is read once; thread-safe.
 */
public final class PeftAdapter {
    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String B_BIAS = ".lora_B.bias";
    private static final String EMBEDDING_A = ".lora_embedding_A";
    private static final String EMBEDDING_B = ".lora_embedding_B";
    private static final String MAGNITUDE = ".lora_magnitude_vector";
    private static final List<String> BESIDE_A = List.of(B, B_BIAS, EMBEDDING_B, MAGNITUDE, MAGNITUDE + ".weight");
    private static final int LONGEST_NAME = 1000;

    private final Path folder;
    private final PeftConfig config;
    private final Map<String, LowRankWeights> layers = new LinkedHashMap<>();
    private final Map<String, LowRankWeights> embeddings = new LinkedHashMap<>();
    private final Map<String, WholeWeight> whole = new LinkedHashMap<>();

    /** A weight that takes another's place. */
    record WholeWeight(StoredTensor origin, long[] shape, float[] values) {}

    /**
     * Reads an adapter.
     *
     * @param folder of the two files
     * @throws CheckpointException if they are missing, damaged, or ask for what isn't known
     */
    public static PeftAdapter read(Path folder) {
        return new PeftAdapter(folder);
    }

    private PeftAdapter(Path folder) {
        this.folder = folder;
        config = PeftConfig.read(folder);
        try (Checkpoint weights = Checkpoint.open(weights(folder))) {
            weights.names().forEach(name -> take(name, weights));
            if (layers.isEmpty() && embeddings.isEmpty() && whole.isEmpty()) {
                throw damaged("It holds no weights", folder);
            }
        } catch (IllegalArgumentException e) {
            throw damaged(e.getMessage(), folder);
        }
    }

    private static Path weights(Path folder) {
        return Stream.of("adapter_model.safetensors", "adapter_model.bin")
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> CheckpointException.of(
                        "The folder holds no adapter_model.safetensors.",
                        folder,
                        "give the folder of a PEFT adapter."));
    }

    private static CheckpointException damaged(String what, Path folder) {
        return CheckpointException.of("The adapter can't be used: " + what, folder, "save it again by PEFT.");
    }

    private void take(String name, Checkpoint weights) {
        Check.that(name.length() <= LONGEST_NAME, "A weight's name has more than %d characters.", LONGEST_NAME);
        String inner = (name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name).replace(".base_layer.", ".");
        if (inner.endsWith(A)) {
            put(layers, without(inner, A), lowRank(without(name, A), without(inner, A), A, B, weights));
        } else if (inner.endsWith(EMBEDDING_A)) {
            String module = without(inner, EMBEDDING_A);
            put(embeddings, module, lowRank(without(name, EMBEDDING_A), module, EMBEDDING_A, EMBEDDING_B, weights));
        } else if (inner.contains(".lora_")) {
            requireA(name, weights);
        } else {
            StoredTensor tensor = weights.tensor(name);
            put(whole, inner, new WholeWeight(tensor, tensor.shape(), tensor.floats()));
        }
    }

    private static <V> void put(Map<String, V> taken, String name, V weight) {
        Check.that(taken.put(name, weight) == null, "It changes '%s' twice.", name);
    }

    private static String without(String name, String end) {
        return name.substring(0, name.length() - end.length());
    }

    private static void requireA(String name, Checkpoint weights) {
        String end = BESIDE_A.stream()
                .filter(name::endsWith)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Weight '" + name + "' isn't known."));
        boolean has = weights.has(without(name, end) + A) || weights.has(without(name, end) + EMBEDDING_A);
        Check.that(has, "Weight '%s' has no A beside it.", name);
    }

    private LowRankWeights lowRank(String stored, String module, String endA, String endB, Checkpoint weights) {
        StoredTensor a =
                weights.tensor(stored + endA); // [rank, inputs], of a convolution [rank, channels, rows, columns]
        StoredTensor b = weights.tensor(stored + endB); // [outputs, rank], of a convolution [outputs, rank, 1, 1]
        Check.that(fit(a, b), "A and B of '%s' don't fit: %s and %s.", module, a, b);
        int rank = (int) a.shape()[0];
        Optional<float[]> magnitude = Stream.of(MAGNITUDE, MAGNITUDE + ".weight")
                .map(end -> stored + end)
                .filter(weights::has)
                .map(name -> weights.tensor(name).floats())
                .findFirst();
        boolean apart = magnitude.isPresent();
        Check.that(apart == config.dora(), "'use_dora' is %s, but '%s' has lengths: %s.", config.dora(), module, apart);
        Optional<float[]> bias = Optional.of(stored + B_BIAS)
                .filter(weights::has)
                .map(name -> weights.tensor(name).floats());
        return new LowRankWeights(a.floats(), b.floats(), rank, config.scaling(module, rank), bias, magnitude);
    }

    private static boolean fit(StoredTensor a, StoredTensor b) {
        long[] columns = a.shape();
        long[] rows = b.shape();
        if (columns.length < 2 || rows.length < 2 || a.size() == 0 || b.size() == 0) {
            return false;
        }
        return columns[0] == rows[1] && b.size() / rows[0] == rows[1] && columns[0] <= Integer.MAX_VALUE;
    }

    /** The linear layers and convolutions that it changes, by their names. */
    Map<String, LowRankWeights> layers() {
        return layers;
    }

    /** Weights that take others' places, by their names. */
    Map<String, WholeWeight> whole() {
        return whole;
    }

    /** Embeddings that it changes: A [rank, ids], B [width, rank]. */
    Map<String, LowRankWeights> embeddings() {
        return embeddings;
    }

    /** How its matrices are to be used. */
    PeftConfig use() {
        return config;
    }

    /** Whether it changes biases alone, or learns lengths apart: only a merged model can. */
    public boolean mustBeMerged() {
        boolean biases = whole.keySet().stream()
                .anyMatch(name -> name.endsWith(".bias") && !whole.containsKey(name.replaceAll("bias$", "weight")));
        return biases || config.dora();
    }

    /** Where its files are, perhaps with a config.json of the model that it makes of another. */
    public Path folder() {
        return folder;
    }

    /** The names of the layers that it changes by matrices of low rank, sorted. */
    public Set<String> modules() {
        Set<String> names = new TreeSet<>(layers.keySet());
        names.addAll(embeddings.keySet());
        return names;
    }

    /**
     * A checkpoint with this adapter's changes in its weights: it loads as one without an adapter does, and is as fast. The
     * weights are computed when they are read. The base checkpoint must stay open as long as it is used, and isn't changed.
     *
     * @throws CheckpointException if it isn't a checkpoint that the adapter was made for
     */
    public Checkpoint mergedInto(Checkpoint base) {
        return new MergedWeights(this, base).checkpoint();
    }

    /**
     * The same, described by the adapter's config.json where its folder holds one: the adapted model may have other classes,
     * or a head that the base hasn't.
     */
    public Checkpoint adapted(Checkpoint base) {
        Checkpoint merged = mergedInto(base);
        return config().map(merged::withConfig).orElse(merged);
    }

    /** The file that describes the adapted model, if the folder holds one. */
    public Optional<Path> config() {
        return Optional.of(folder.resolve("config.json")).filter(Files::isRegularFile);
    }
}
