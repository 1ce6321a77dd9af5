package io.vitrail.text;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.vitrail.transformer.AttentionMask;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.weights.WeightTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A model without weights that tells what it is given. Its scores, of two ids, are the place of a token and how many tokens
 * are seen so far.
 */
public final class WatchedDecoder extends TextDecoder {
    private final List<Long> widths = new ArrayList<>();
    private final List<Long> ids = new ArrayList<>();

    /** A session of it. */
    public Session<TextDecoder> session() {
        DjlEngine.get();
        return new Session<>(this, ReadableOperations.INSTANCE, Device.cpu(), manager -> {});
    }

    /** Tokens of a row in each pass so far. */
    public List<Long> widths() {
        return widths;
    }

    /** What went through of the first row. */
    public List<Long> ids() {
        return ids;
    }

    @Override
    public NDArray states(TextInput input, Pass pass) {
        long[] row = input.ids().get(0).toLongArray();
        widths.add((long) row.length);
        LongStream.of(row).forEach(ids::add);
        NDArray places = input.places().orElseThrow().toType(DataType.FLOAT32, false);
        NDArray seen = input.mask() instanceof AttentionMask.Padding padding
                ? padding.real().sum(new int[] {1}, true).add(places.mul(0))
                : places.mul(0).add(pass.earlierTokens() + row.length);
        return places.expandDims(2).concat(seen.expandDims(2), 2); // [rows, tokens, 2]
    }

    @Override
    public NDArray logits(NDArray states, Pass pass) {
        return states;
    }

    @Override
    public int maxTokens() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int vocabulary() {
        return 2;
    }

    @Override
    public WeightTable weightTable() {
        return WeightTable.parse("checkpoint | block | shape");
    }

    @Override
    public Map<String, Long> sizes() {
        return Map.of();
    }
}
