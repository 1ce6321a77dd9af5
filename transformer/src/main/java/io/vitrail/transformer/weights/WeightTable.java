package io.vitrail.transformer.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.vitrail.transformer.Check;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which weight of a checkpoint goes into which parameter of a model: a table that stands beside the architecture.
 *
 * <pre>{@code
 * checkpoint                                | block             | shape of the weight | note
 * {base}.embeddings.cls_token               | classToken        | 1, 1, width
 * {base}.encoder.layer.{i}.output.dense     | blocks.{i}.mlp.fc2| width, 4*width
 * {base}.pooler.*                           | -                 | -                   | unused: not part of this model
 * }</pre>
 *
 * <p>{@code {base}.} is the prefix of the checkpoint's base model, or nothing. A single letter in braces ranges over a
 * list of blocks. A block stands for all its own parameters, whose names are appended; a path may also lead to one
 * parameter. The shape is that of the parameter {@code weight} (of the one parameter there is, otherwise), in names of
 * sizes, numbers and products, or {@code scalar}; it is checked. A row whose block this configuration of the model
 * lacks doesn't apply.
 *
 * <p>A note is one of these words, a colon and a reason: {@code transposed} (a stored matrix has its axes swapped),
 * {@code reshaped} (the shape is then {@code tokens, width from 1, tokens, width}), {@code fused} (the block is then
 * {@code attention.[query, key, value]}: their weights, of this shape each, are stored as one, one below the other),
 * {@code fused transposed} (the same with the axes of the matrix swapped: one beside the other),
 * {@code optional} (if it is missing, the parameter keeps its value), {@code tied} (the block can share an earlier
 * row's parameter; this is then a second name of it, read if the first is missing), {@code unused} (the block is
 * {@code -}; the name may contain {@code *}).
 */
public final class WeightTable {
    /**
     * A model, or a part of one, and the table that describes where its weights are.
     *
     * @param table tells of every weight in the checkpoint, where it goes or why this part leaves it unused
     * @param base the checkpoint's prefix of this part's base model without a dot, or the empty text
     * @param root whose parameters have shapes
     * @param sizes values for the names in the column of shapes
     */
    public record Filling(WeightTable table, String base, WeightHolder root, Map<String, Long> sizes) {
        /** Per parameter its weight, then other names of that weight. */
        private Stream<List<WeightBinding>> groups() {
            return new WeightBindings(table.rows.all(), base, root, sizes).groups().stream();
        }
    }

    /** A parameter and the tensor that it is loaded from. */
    private record Source(WeightBinding binding, StoredTensor tensor) {}

    private static final Map<String, String> METADATA = Map.of("format", "pt"); // transformers insists on it

    private final TableRows rows;

    /** What the names of all weights begin with that the table tells of. */
    private final String domain;

    private WeightTable(TableRows rows, String domain) {
        this.rows = rows;
        this.domain = domain;
    }

    /**
     * A table: a header, then a row per line.
     *
     * @throws IllegalStateException if it has no header. A malformed row is found when a model is first described by the
     *     table; the message says which
     */
    public static WeightTable parse(String table) {
        Check.state(
                table.stripLeading().startsWith("checkpoint"),
                "A weight table begins with the header 'checkpoint | block | shape of the weight | note'");
        return new WeightTable(TableRows.of(table), "");
    }

    /** The same for a part of a larger model: the names of all its weights begin with the prefix and a dot. */
    public WeightTable under(String prefix) {
        return new WeightTable(rows.each(row -> row.under(prefix)), prefix + "." + domain);
    }

    /** The same for a model whose part the described one is, at that path. */
    public WeightTable below(String path) {
        return new WeightTable(rows.each(row -> row.below(path)), domain);
    }

    /** The rows of both. */
    public WeightTable and(WeightTable other) {
        return new WeightTable(rows.and(other.rows), domain.equals(other.domain) ? domain : "");
    }

    /**
     * Fills a model's parameters with a checkpoint's weights, all or none.
     *
     * @param base the checkpoint's prefix of the base model without a dot, or the empty text: {@link Checkpoint#base}
     * @param root the model, whose parameters have shapes
     * @param sizes values for the names in the column of shapes
     * @param manager the owner of the parameters' arrays; whoever closes it closes them
     * @throws CheckpointException if weights are missing, left over, or have another shape; it lists all of them
     * @throws IllegalStateException if the table doesn't describe the model
     */
    public void load(
            Checkpoint checkpoint, String base, WeightHolder root, Map<String, Long> sizes, NDManager manager) {
        load(checkpoint, List.of(new Filling(this, base, root, sizes)), manager);
    }

    /**
     * The same for several parts of one checkpoint, such as two towers. A weight that no part takes must be unused by the
     * account of every part whose table tells of it: one {@linkplain #under under} a prefix tells of what begins with that.
     */
    public static void load(Checkpoint checkpoint, List<Filling> parts, NDManager manager) {
        for (Source source : sources(checkpoint, parts)) {
            set(source.binding().parameter(), array(source.binding(), source.tensor(), manager), manager);
        }
    }

    /**
     * Compares a checkpoint's weights with the parameters of parts, by names, shapes and types; reads none.
     *
     * @throws CheckpointException if {@link #load} would
     */
    static void check(Checkpoint checkpoint, List<Filling> parts) {
        sources(checkpoint, parts);
    }

    /** The weight for each parameter; every misfit is found before anything is loaded. */
    private static List<Source> sources(Checkpoint checkpoint, List<Filling> parts) {
        List<Source> sources = new ArrayList<>();
        Misfits misfits = new Misfits();
        Set<String> leftOver = new LinkedHashSet<>(checkpoint.names());
        List<List<WeightBinding>> groups =
                parts.stream().flatMap(Filling::groups).toList();
        for (List<WeightBinding> names : groups) {
            names.stream()
                    .filter(binding -> checkpoint.has(binding.name()))
                    .findFirst()
                    .ifPresentOrElse(
                            binding -> sources.add(new Source(binding, checkpoint.tensor(binding.name()))),
                            () -> check(names.get(0), misfits));
            names.forEach(binding -> leftOver.remove(binding.name()));
        }
        sources.forEach(source -> check(source.binding(), source.tensor(), misfits));
        leftOver.stream().filter(name -> !isUnused(name, parts)).forEach(misfits::addLeftOver);
        misfits.throwIfAny(checkpoint.file());
        return sources;
    }

    /** Whether all parts say so that tell of the weight. */
    private static boolean isUnused(String name, List<Filling> parts) {
        List<Filling> telling = parts.stream()
                .filter(part -> name.startsWith(part.table.domain))
                .toList();
        return !telling.isEmpty()
                && telling.stream().allMatch(part -> part.table.unused(part.base).stream()
                        .anyMatch(row -> row.matcher(name).matches()));
    }

    private static void check(WeightBinding missing, Misfits misfits) {
        boolean optional = missing.row().note() == RowNote.OPTIONAL;
        if (!optional || !missing.parameter().isInitialized()) {
            misfits.addMissing(missing);
        }
    }

    private static void check(WeightBinding binding, StoredTensor tensor, Misfits misfits) {
        if (!Arrays.equals(tensor.shape(), binding.storedShape())) {
            misfits.addMisshapen(binding, tensor);
        } else if (!tensor.type().isFloating()) {
            misfits.addMistyped(binding, tensor);
        }
    }

    private List<Pattern> unused(String base) {
        return rows.all().stream()
                .filter(row -> row.note() == RowNote.UNUSED)
                .map(row -> row.pattern(base))
                .toList();
    }

    private static NDArray array(WeightBinding binding, StoredTensor tensor, NDManager manager) {
        if (!binding.isTransposed()) {
            Part part = binding.row().part();
            StoredTensor stored = part.isWhole() ? tensor : tensor.part(part);
            return stored.reshaped(binding.shape()).toArray(manager);
        }
        long rows = binding.shape()[0];
        long first = binding.row().part().index() * rows; // of its part, a column as it is stored
        try (NDManager scratch = manager.newSubManager()) {
            NDArray columns = tensor.toCopiedArray(scratch).get(":, {}:{}", first, first + rows);
            NDArray array = columns.transpose().flatten().reshape(new Shape(binding.shape()));
            array.attach(manager);
            return array;
        }
    }

    /**
     * Gives a parameter its array. {@link Parameter#setArray} refuses a parameter that has a shape already; {@code
     * initialize} takes what the initializer returns, names it, and lets it require gradients unless it is frozen.
     */
    private static void set(Parameter parameter, NDArray array, NDManager manager) {
        parameter.close();
        Initializer before = parameter.getInitializer();
        parameter.setInitializer((owner, shape, type) -> array);
        parameter.initialize(manager, DataType.FLOAT32);
        parameter.setInitializer(before);
    }

    /**
     * The names by which a checkpoint calls a model's parameters, in the table's order; {@code [0]}, {@code [1]} and so
     * on follow those of a fused weight's parts.
     *
     * @throws IllegalStateException if the table doesn't describe the model
     */
    public Map<String, Parameter> names(String base, WeightHolder root, Map<String, Long> sizes) {
        Map<String, Parameter> names = new LinkedHashMap<>();
        for (WeightBinding binding : saved(base, root, sizes)) {
            names.put(binding.key(), binding.parameter());
        }
        return Collections.unmodifiableMap(names);
    }

    /** Where the weights belong that the parts' tables tell of, in the tables' order; shared ones by all their names. */
    public static List<WeightPlace> places(List<Filling> parts) {
        return parts.stream()
                .flatMap(part -> part.groups().flatMap(List::stream).map(binding -> binding.place(part.root)))
                .toList();
    }

    /**
     * Saves a model's parameters under the checkpoint's names and in its shapes, as one safetensors file.
     *
     * @param file replaced only when the new one is complete
     * @param floats the type to store: F32, F16 or BF16
     * @throws CheckpointException if the file can't be written
     */
    public void save(Path file, StorageType floats, String base, WeightHolder root, Map<String, Long> sizes) {
        save(file, floats, List.of(new Filling(this, base, root, sizes)));
    }

    /** The same of several parts, such as two towers, in one file. */
    public static void save(Path file, StorageType floats, List<Filling> parts) {
        Map<String, NDArray> stored = new LinkedHashMap<>();
        try {
            parts.forEach(part -> stored.putAll(part.table.stored(part.base, part.root, part.sizes)));
            SafeTensorsWriter.write(file, stored, floats, METADATA);
        } finally {
            stored.values().forEach(NDArray::close);
        }
    }

    /** A model's parameters under the checkpoint's names and in its shapes: views, which the caller closes. */
    public Map<String, NDArray> stored(String base, WeightHolder root, Map<String, Long> sizes) {
        Map<String, NDArray> views = new LinkedHashMap<>();
        for (WeightBinding binding : saved(base, root, sizes)) {
            int axis = binding.isTransposed() ? 1 : 0;
            views.merge(binding.name(), view(binding), (some, more) -> joined(some, more, axis));
        }
        return views;
    }

    /** A parameter, or part of it, as it is stored. */
    private static NDArray view(WeightBinding binding) {
        NDArray array = binding.parameter().getArray();
        if (binding.isTransposed()) {
            return array.transpose();
        }
        boolean whole = binding.row().part().isWhole();
        return array.reshape(whole ? new Shape(binding.storedShape()) : array.getShape());
    }

    private static NDArray joined(NDArray some, NDArray more, int axis) {
        try (some;
                more) {
            return some.concat(more, axis);
        }
    }

    private List<WeightBinding> saved(String base, WeightHolder root, Map<String, Long> sizes) {
        return new Filling(this, base, root, sizes)
                .groups()
                .map(group -> group.get(0))
                .toList();
    }
}
