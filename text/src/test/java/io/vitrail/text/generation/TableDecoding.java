package io.vitrail.text.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A model that is a table: the scores of what follows depend on the last two ids and the length, as goldens/generation.py has it.
 * It checks that the engine asks as it may.
 */
final class TableDecoding implements Decoding {
    private final float[][] table;
    private final int maxTokens;
    private List<Sequence> rows = List.of();
    private final List<Integer> batches = new ArrayList<>();
    private boolean closed;

    private record Sequence(int prompt, List<Long> ids) {}

    TableDecoding(float[][] table, int maxTokens) {
        this.table = table;
        this.maxTokens = maxTokens;
    }

    /** Rows of every call so far. */
    List<Integer> batches() {
        return batches;
    }

    @Override
    public float[][] next(long[][] tokens) {
        assertOpen();
        batches.add(tokens.length);
        if (batches.size() == 1) {
            rows = IntStream.range(0, tokens.length)
                    .mapToObj(prompt -> new Sequence(prompt, new ArrayList<>()))
                    .toList();
        } else if (Arrays.stream(tokens).anyMatch(row -> row.length != 1)) {
            throw new AssertionError("one token for each row");
        }
        if (tokens.length != rows.size()) {
            throw new AssertionError(tokens.length + " rows of tokens for " + rows.size());
        }
        return IntStream.range(0, tokens.length)
                .mapToObj(row -> scores(rows.get(row).ids(), tokens[row]))
                .toArray(float[][]::new);
    }

    private float[] scores(List<Long> ids, long[] more) {
        for (long id : more) {
            ids.add(id);
        }
        int length = ids.size();
        if (length > maxTokens) {
            throw new AssertionError("too long");
        }
        long before = length > 1 ? ids.get(length - 2) : 0;
        return table[(int) ((7 * ids.get(length - 1) + 3 * before + length) % table.length)].clone();
    }

    @Override
    public void select(int[] parents) {
        assertOpen();
        List<Sequence> selected = new ArrayList<>();
        for (int parent : parents) {
            Sequence row = rows.get(parent);
            selected.add(new Sequence(row.prompt(), new ArrayList<>(row.ids())));
        }
        int[] prompts = selected.stream().mapToInt(Sequence::prompt).toArray();
        int[] sorted = Arrays.stream(prompts).sorted().toArray();
        if (!Arrays.equals(prompts, sorted)) {
            throw new AssertionError("rows of a prompt stay together");
        }
        rows = selected;
    }

    private void assertOpen() {
        if (closed) {
            throw new AssertionError("closed");
        }
    }

    @Override
    public int vocabulary() {
        return table[0].length;
    }

    @Override
    public int maxTokens() {
        return maxTokens;
    }

    @Override
    public void close() {
        closed = true;
    }
}
