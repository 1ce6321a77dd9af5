package io.vitrail.transformer.lora;

import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.StoredTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/** A checkpoint's weights with an adapter's changes in them, computed when they are read. */
final class MergedWeights {
    private static final String REMEDY = "use it with the checkpoint that it was made for.";

    /** Layers of GPT-2 and its kin that transformers' class Conv1D stores as [inputs, outputs]. */
    private static final Set<String> CONV1D = Set.of("c_attn", "q_attn", "c_proj", "c_fc");

    private final PeftAdapter adapter;
    private final Checkpoint base;
    private final boolean conv1d;
    private final Map<String, StoredTensor> others = new LinkedHashMap<>();

    /** @throws CheckpointException if it isn't a checkpoint that the adapter was made for */
    MergedWeights(PeftAdapter adapter, Checkpoint base) {
        this.adapter = adapter;
        this.base = base;
        conv1d = base.names().stream().anyMatch(this::isOfConv1d);
        adapter.whole()
                .forEach((name, weight) -> others.put(
                        ModuleNames.find(base.names(), name).orElse(name),
                        StoredTensor.computed(weight.origin(), weight.shape(), () -> weight.values()
                                .clone())));
        adapter.layers().forEach(this::merge);
        adapter.embeddings().forEach(this::mergeEmbedding);
    }

    /** The base with these weights; valid while it is open. */
    Checkpoint checkpoint() {
        return base.withWeights(others);
    }

    private StoredTensor current(String name) {
        return others.containsKey(name) ? others.get(name) : base.tensor(name);
    }

    private void merge(String module, LowRankWeights change) {
        String name = name(module, change);
        StoredTensor stored = current(name);
        long[] shape = stored.shape();
        boolean swapped = isSwapped(module, change, shape);
        boolean fits = shape.length >= 2 && (swapped || shape[0] == change.outputs());
        if (!fits || stored.size() != (long) change.inputs() * change.outputs()) {
            throw misfit(module, change, stored);
        }
        others.put(name, StoredTensor.computed(stored, shape, () -> {
            float[] weight = stored.floats();
            return swapped
                    ? swap(change.mergedInto(swap(weight, change.inputs())), change.outputs())
                    : change.mergedInto(weight);
        }));
        change.bias().ifPresent(bias -> addBias(name, bias, change.scaling()));
    }

    /** Whether it is stored as [inputs, outputs]: PEFT goes by the layer's class, here its name and its kin's biases do. */
    private boolean isSwapped(String module, LowRankWeights change, long[] shape) {
        boolean named = CONV1D.contains(module.substring(module.lastIndexOf('.') + 1));
        boolean swapped = shape.length == 2 && shape[0] == change.inputs() && shape[1] == change.outputs();
        boolean square = change.inputs() == change.outputs();
        return named && swapped && (!square || adapter.use().fanInFanOut() || conv1d);
    }

    /** Whether it is the weight of such a layer, [inputs, outputs], beside a bias [outputs]. */
    private boolean isOfConv1d(String name) {
        String bias = name.replaceAll("weight$", "bias");
        long[] shape = base.tensor(name).shape();
        return CONV1D.stream().anyMatch(layer -> name.endsWith("." + layer + ".weight"))
                && base.has(bias)
                && shape.length == 2
                && shape[0] != shape[1]
                && base.tensor(bias).size() == shape[1];
    }

    private void addBias(String weight, float[] added, double scaling) {
        String name = weight.replaceAll("weight$", "bias");
        StoredTensor stored = current(name);
        if (stored.size() != added.length) {
            throw CheckpointException.of(
                    "The adapter adds " + added.length + " numbers to " + stored + ".", adapter.folder(), REMEDY);
        }
        others.put(name, StoredTensor.computed(stored, stored.shape(), () -> {
            float[] bias = stored.floats();
            for (int i = 0; i < bias.length; i++) {
                bias[i] += (float) (scaling * added[i]);
            }
            return bias;
        }));
    }

    /** ΔE = (B A)ᵀ: A is [rank, ids] and B [width, rank]. */
    private void mergeEmbedding(String module, LowRankWeights change) {
        String name = name(module, change);
        StoredTensor stored = current(name);
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

    private String name(String module, LowRankWeights change) {
        return ModuleNames.find(base.names(), module + ".weight")
                .or(() -> sharedTable(change))
                .orElseThrow(() -> CheckpointException.of(
                        "The adapter changes '" + module + "', which the checkpoint " + base.file() + " hasn't.",
                        adapter.folder(),
                        REMEDY));
    }

    /** Of a head whose matrix is the embedding's: the checkpoint holds it once. */
    private Optional<String> sharedTable(LowRankWeights change) {
        List<Long> shape = List.of((long) change.outputs(), (long) change.inputs());
        List<String> tables = base.names().stream()
                .filter(name -> name.contains("embed") || name.contains("wte"))
                .filter(name -> LongStream.of(base.tensor(name).shape())
                        .boxed()
                        .toList()
                        .equals(shape))
                .toList();
        return tables.size() == 1 ? Optional.of(tables.get(0)) : Optional.empty();
    }

    private CheckpointException misfit(String module, LowRankWeights change, StoredTensor stored) {
        return CheckpointException.of(
                "The adapter changes '%s' as a layer of %d inputs and %d outputs, but its weight is %s."
                        .formatted(module, change.inputs(), change.outputs(), stored),
                adapter.folder(),
                REMEDY);
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
