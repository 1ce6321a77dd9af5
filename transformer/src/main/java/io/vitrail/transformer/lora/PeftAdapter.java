package io.vitrail.transformer.lora;

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
import java.util.stream.LongStream;
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
                        "The folder holds no adapter_model.safetensors.", folder, "give the folder of a PEFT adapter."));
    }

    private static CheckpointException damaged(String what, Path folder) {
        return CheckpointException.of("The adapter can't be used: " + what, folder, "save it again by PEFT.");
    }

    private void take(String name, Checkpoint weights) {
        String inner = (name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name).replace(".base_layer.", ".");
        if (inner.endsWith(A)) {
            String module = inner.substring(0, inner.length() - A.length());
            layers.put(module, lowRank(name.substring(0, name.length() - A.length()), module, A, B, weights));
        } else if (inner.endsWith(EMBEDDING_A)) {
            String module = inner.substring(0, inner.length() - EMBEDDING_A.length());
            String stored = name.substring(0, name.length() - EMBEDDING_A.length());
            embeddings.put(module, lowRank(stored, module, EMBEDDING_A, EMBEDDING_B, weights));
        } else if (Stream.of(B, B_BIAS, EMBEDDING_B, MAGNITUDE, MAGNITUDE + ".weight").noneMatch(inner::endsWith)) {
            if (inner.contains(".lora_")) {
                throw new IllegalArgumentException("Weight '" + name + "' isn't known.");
            }
            StoredTensor tensor = weights.tensor(name);
            whole.put(inner, new WholeWeight(tensor, tensor.shape(), tensor.floats()));
        }
    }

    private LowRankWeights lowRank(String stored, String module, String endA, String endB, Checkpoint weights) {
        StoredTensor a = weights.tensor(stored + endA); // [rank, inputs], of a convolution [rank, channels, rows, columns]
        StoredTensor b = weights.tensor(stored + endB); // [outputs, rank], of a convolution [outputs, rank, 1, 1]
        int rank = Math.toIntExact(a.shape().length == 0 ? 0 : a.shape()[0]);
        boolean fitting = b.shape().length >= 2 && b.shape()[1] == rank && b.size() == b.shape()[0] * rank && rank > 0;
        if (!fitting) {
            throw new IllegalArgumentException("A and B of '" + module + "' don't fit: " + a + " and " + b + ".");
        }
        Optional<StoredTensor> magnitude = Stream.of(MAGNITUDE, MAGNITUDE + ".weight")
                .map(end -> stored + end)
                .filter(weights::has)
                .map(weights::tensor)
                .findFirst();
        Optional<float[]> bias = Optional.of(stored + B_BIAS)
                .filter(weights::has)
                .map(name -> weights.tensor(name).floats());
        return new LowRankWeights(
                a.floats(), b.floats(), rank, config.scaling(module, rank), bias, magnitude.map(StoredTensor::floats));
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

    /** Whether it changes biases alone, or learns lengths apart: only a merged model can. */
    public boolean mustBeMerged() {
        boolean biases = whole.keySet().stream()
                .anyMatch(name -> name.endsWith(".bias") && !whole.containsKey(name.replaceAll("bias$", "weight")));
        return biases || layers.values().stream().anyMatch(layer -> layer.magnitude().isPresent());
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
        Map<String, StoredTensor> others = new LinkedHashMap<>();
        whole.forEach((name, weight) -> others.put(
                ModuleNames.find(base.names(), name).orElse(name),
                StoredTensor.computed(weight.origin(), weight.shape(), () -> weight.values().clone())));
        layers.forEach((module, change) -> merge(module, change, base, others));
        embeddings.forEach((module, change) -> mergeEmbedding(module, change, base, others));
        return base.withWeights(others);
    }

    private void merge(String module, LowRankWeights change, Checkpoint base, Map<String, StoredTensor> others) {
        String name = name(base, module, change);
        StoredTensor stored = others.getOrDefault(name, base.tensor(name));
        long[] shape = stored.shape();
        boolean swapped = shape.length == 2
                && shape[0] == change.inputs()
                && shape[1] == change.outputs()
                && (config.fanInFanOut() || change.inputs() != change.outputs());
        if (stored.size() != (long) change.inputs() * change.outputs() || !swapped && shape[0] != change.outputs()) {
            throw misfit(module, change, stored);
        }
        others.put(name, StoredTensor.computed(stored, shape, () -> {
            float[] weight = stored.floats();
            return swapped
                    ? swap(change.mergedInto(swap(weight, change.inputs())), change.outputs())
                    : change.mergedInto(weight);
        }));
        change.bias().ifPresent(bias -> addBias(name, bias, change.scaling(), base, others));
    }

    private void addBias(
            String weight, float[] added, double scaling, Checkpoint base, Map<String, StoredTensor> others) {
        String name = weight.replaceAll("weight$", "bias");
        StoredTensor stored = others.getOrDefault(name, base.tensor(name));
        others.put(name, StoredTensor.computed(stored, stored.shape(), () -> {
            float[] bias = stored.floats();
            for (int i = 0; i < bias.length; i++) {
                bias[i] += (float) (scaling * added[i]);
            }
            return bias;
        }));
    }

    /** ΔE = (B A)ᵀ: A is [rank, ids] and B [width, rank]. */
    private void mergeEmbedding(
            String module, LowRankWeights change, Checkpoint base, Map<String, StoredTensor> others) {
        String name = name(base, module, change);
        StoredTensor stored = others.getOrDefault(name, base.tensor(name));
        if (!List.of((long) change.inputs(), (long) change.outputs())
                .equals(LongStream.of(stored.shape()).boxed().toList())) {
            throw misfit(module, change, stored);
        }
        others.put(
                name,
                StoredTensor.computed(
                        stored,
                        stored.shape(),
                        () -> swap(change.mergedInto(swap(stored.floats(), change.inputs())), change.outputs())));
    }

    private String name(Checkpoint base, String module, LowRankWeights change) {
        return ModuleNames.find(base.names(), module + ".weight")
                .or(() -> sharedTable(base, change))
                .orElseThrow(() -> CheckpointException.of(
                        "The adapter changes '" + module + "', which the checkpoint " + base.file() + " hasn't.",
                        folder,
                        "use it with the checkpoint that it was made for."));
    }

    /** Of a head whose matrix is the embedding's: the checkpoint holds it once. */
    private static Optional<String> sharedTable(Checkpoint base, LowRankWeights change) {
        List<Long> shape = List.of((long) change.outputs(), (long) change.inputs());
        List<String> tables = base.names().stream()
                .filter(name -> name.contains("embed") || name.contains("wte"))
                .filter(name -> LongStream.of(base.tensor(name).shape()).boxed().toList().equals(shape))
                .toList();
        return tables.size() == 1 ? Optional.of(tables.get(0)) : Optional.empty();
    }

    private CheckpointException misfit(String module, LowRankWeights change, StoredTensor stored) {
        return CheckpointException.of(
                "The adapter changes '%s' as a layer of %d inputs and %d outputs, but its weight is %s."
                        .formatted(module, change.inputs(), change.outputs(), stored),
                folder,
                "use it with the checkpoint that it was made for.");
    }

    /** Rows to columns. */
    private static float[] swap(float[] matrix, int rows) {
        int columns = matrix.length / rows;
        float[] swapped = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                swapped[column * rows + row] = matrix[row * columns + column];
            }
        }
        return swapped;
    }
}
