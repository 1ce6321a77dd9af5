package io.vitrail.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the layers of a recurrent model remember of the segments before (Dai et al. 2019, section 3.2): for each layer
 * what it was given, of the last tokens. However long the text, there are never more of them.
 *
 * <p>Rows are the texts that are read side by side. Not thread-safe: one memory, one reading. Its arrays are the
 * owner's.
 */
public final class SegmentMemory implements AutoCloseable {
    private final NDManager owner;
    private final int length;
    private List<NDArray> layers;
    private final List<NDArray> fresh = new ArrayList<>();

    /**
     * A memory of earlier tokens.
     *
     * @param layers for each layer [rows, tokens, width], float32; the memory takes them over
     * @param length most tokens that are remembered from now on
     * @param owner of the memory; it outlives the passes
     * @throws IllegalArgumentException if the layers don't agree
     */
    public SegmentMemory(List<NDArray> layers, int length, NDManager owner) {
        Check.that(length > 0, "A memory holds at least 1 token, not %d.", length);
        Check.that(!layers.isEmpty(), "A memory needs at least one layer.");
        Shape shape = layers.get(0).getShape();
        Check.that(shape.dimension() == 3, "A memory must be [rows, tokens, width], not %s.", shape);
        for (NDArray layer : layers) {
            Check.that(
                    layer.getShape().equals(shape),
                    "Layers remember the same tokens: %s, not %s.",
                    shape,
                    layer.getShape());
            layer.attach(owner);
        }
        this.layers = List.copyOf(layers);
        this.length = length;
        this.owner = owner;
    }

    /** The memory before the first segment: as many tokens as it can hold, all 0. */
    public static SegmentMemory zeros(int depth, long rows, int length, int width, NDManager owner) {
        List<NDArray> layers = IntStream.range(0, depth)
                .mapToObj(i -> owner.zeros(new Shape(rows, length, width)))
                .toList();
        return new SegmentMemory(layers, length, owner);
    }

    /** What each layer remembers: [rows, tokens, width]; the arrays stay the memory's. */
    public List<NDArray> layers() {
        return layers;
    }

    public long rows() {
        return layers.get(0).getShape().get(0);
    }

    /** Tokens that are remembered of each row. */
    public long tokens() {
        return layers.get(0).getShape().get(1);
    }

    public long width() {
        return layers.get(0).getShape().get(2);
    }

    /** Ends a pass that went well: what its layers were given is now part of the memory. */
    public void advance() {
        Check.state(fresh.size() == layers.size(), "%d of %d layers have been passed.", fresh.size(), layers.size());
        replace(List.copyOf(fresh));
        fresh.clear();
    }

    /**
     * Row i goes on from what row parents[i] was.
     *
     * @throws IllegalArgumentException if there is no such row
     */
    public void select(int[] parents) {
        for (int parent : parents) {
            Check.that(parent >= 0 && parent < rows(), "Row %d isn't among the %d of the memory.", parent, rows());
        }
        try (NDManager scope = owner.newSubManager()) {
            NDArray numbers = scope.create(Arrays.stream(parents).asLongStream().toArray());
            replace(layers.stream().map(layer -> layer.get(numbers)).toList());
        }
    }

    private void replace(List<NDArray> next) {
        next.forEach(layer -> layer.attach(owner));
        layers.forEach(NDArray::close);
        layers = next;
    }

    /** What a layer remembers, as a view that belongs to the manager. */
    NDArray of(int layer, NDManager borrower) {
        return Scope.lend(layers.get(layer), borrower);
    }

    /** Keeps the last of the remembered tokens and those of x [rows, tokens, width], until the pass has ended. */
    void keep(int layer, NDArray x) {
        if (layer == 0) {
            fresh.clear(); // of a pass that failed; its own arrays went with it
        }
        Check.state(layer == fresh.size() && layer < layers.size(), "Layer %d isn't the next one.", layer);
        fresh.add(last(layer, x));
    }

    private NDArray last(int layer, NDArray x) {
        long tokens = x.getShape().get(1);
        if (tokens >= length) {
            return x.get(":, {}:", tokens - length).duplicate();
        }
        long dropped = Math.max(0, tokens() + tokens - length);
        try (NDArray kept = of(layer, x.getManager()).get(":, {}:", dropped)) {
            return kept.concat(x, 1);
        }
    }

    /** Frees what is remembered. */
    @Override
    public void close() {
        layers.forEach(NDArray::close);
    }
}
