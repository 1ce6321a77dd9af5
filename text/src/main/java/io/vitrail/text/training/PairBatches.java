package io.vitrail.text.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.training.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What each step learns from, decided by the seed and the step alone. */
record PairBatches(TextPairs pairs, Tokenizer tokenizer, TransformerRecipe recipe) {
    /**
     * Texts of one length, filled up behind with {@link CharacterTokenizer#PADDING}.
     *
     * @param data sources, which of their tokens are real, and the targets one place later: the start, then all but the
     *     last token, so that none is told itself
     * @param labels the targets, ends included
     */
    record Learned(NDList data, NDList labels) {}

    /** They belong to the manager. */
    Learned arrays(int step, NDManager manager) {
        List<TextPair> some = IntStream.range(0, recipe.batch())
                .mapToObj(row -> pairs.draw(Seeds.random(recipe.seed(), step, row)))
                .toList();
        long[][] targets = rows(some, TextPair::target);
        long[][] written = Arrays.stream(targets).map(PairBatches::later).toArray(long[][]::new);
        NDArray read = manager.create(rows(some, TextPair::source));
        NDArray real = read.neq(CharacterTokenizer.PADDING);
        return new Learned(new NDList(read, real, manager.create(written)), new NDList(manager.create(targets)));
    }

    private long[][] rows(List<TextPair> some, Function<TextPair, String> side) {
        List<long[]> rows = some.stream().map(side).map(this::ids).toList();
        int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
        return rows.stream().map(row -> Arrays.copyOf(row, longest)).toArray(long[][]::new);
    }

    private long[] ids(String text) {
        long[] ids = tokenizer.encode(text).ids();
        boolean known = Arrays.stream(ids).noneMatch(id -> id == CharacterTokenizer.UNKNOWN);
        Check.that(known, "The text '%s' has a character that isn't among the model's.", text);
        return ids;
    }

    private static long[] later(long[] target) {
        long[] written = new long[target.length];
        written[0] = CharacterTokenizer.PADDING;
        System.arraycopy(target, 0, written, 1, target.length - 1);
        return written;
    }
}
