package io.vitrail.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.text.generation.Decoding;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.Patience;
import io.vitrail.transformer.Scope;
import io.vitrail.transformer.SegmentMemory;
import io.vitrail.transformer.Session;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Reads texts of any length, segment by segment, with a {@link TransfoXl}: what it remembers is carried from segment
 * to segment and from call to call, and takes the same memory however much has been read. Several equally long texts
 * can be read side by side, a row each. As a {@link Decoding} it writes what comes next.
 *
 * <pre>{@code
 * try (SegmentReader reader = new SegmentReader(session, 128, Patience.endless())) {
 *     float[] surprising = reader.logProbabilities(new long[][] {chapter1})[0];
 *     float[] scores = reader.next(new long[][] {chapter2})[0]; // of the word that follows
 * }
 * }</pre>
 *
 * <p>Not thread-safe: one reader, one reading. Between its segments others may use the model. It holds native memory
 * until it is closed. If a call fails, {@link #tokensRead} tells how far it came.
 */
public final class SegmentReader implements Decoding {
    private final Session<TransfoXl> session;
    private final int segment;
    private final Patience patience;
    private final NDManager owner;
    private Optional<SegmentMemory> memory = Optional.empty();
    private Optional<NDArray> last = Optional.empty(); // behind the last token that was read: [rows, width]
    private long tokensRead;
    private int rows; // once something has been read

    /**
     * A reader that has read nothing.
     *
     * @param segment tokens that go through the model together; more are faster, and need more memory
     * @throws IllegalArgumentException if a segment has no token
     */
    public SegmentReader(Session<TransfoXl> session, int segment, Patience patience) {
        Check.that(segment > 0, "A segment needs at least 1 token, not %d.", segment);
        this.session = session;
        this.segment = segment;
        this.patience = patience;
        owner = session.newScope();
    }

    /**
     * Reads on.
     *
     * @param tokens ids by row
     * @return by row and token, the logarithm of the token's probability after all before it; NaN for the very first
     *     one
     * @throws IllegalArgumentException if rows aren't as many as before, or not equally long, or an id isn't in the
     *     vocabulary, or the model has no head
     */
    public float[][] logProbabilities(long[][] tokens) {
        float[][] all = new float[tokens.length][length(tokens)];
        for (int start = 0; start < all[0].length; start += segment) {
            long[][] part = part(tokens, start);
            float[] found = read(part, (model, states, pass) -> ofEach(part, model, states, pass));
            int each = found.length / part.length;
            int unknown = part[0].length - each;
            for (int row = 0; row < all.length; row++) {
                Arrays.fill(all[row], start, start + unknown, Float.NaN);
                System.arraycopy(found, row * each, all[row], start + unknown, each);
            }
        }
        return all;
    }

    /** Of each token that has one before it, row by row. */
    private float[] ofEach(long[][] part, TransfoXl model, NDArray states, Pass pass) {
        int unknown = last.isPresent() ? 0 : 1;
        int each = part[0].length - unknown;
        if (each == 0) {
            return new float[0];
        }
        NDList before = new NDList(states.get(":, :{}", part[0].length - 1)); // predicts the second token and so on
        last.ifPresent(earlier ->
                before.add(0, Scope.lend(earlier, states.getManager()).expandDims(1)));
        NDArray vectors = NDArrays.concat(before, 1); // [rows, each, width]
        long[] words = Arrays.stream(part)
                .flatMapToLong(row -> Arrays.stream(row, unknown, row.length))
                .toArray();
        return model.logProbabilities(
                vectors.reshape(words.length, states.getShape().get(2)), words, pass);
    }

    /**
     * Reads on.
     *
     * @param tokens ids by row
     * @return by row and token the vector behind the last layer
     * @throws IllegalArgumentException if rows aren't as many as before, or not equally long, or an id isn't in the
     *     vocabulary
     */
    public float[][][] vectors(long[][] tokens) {
        float[][][] all = new float[tokens.length][length(tokens)][];
        for (int start = 0; start < all[0].length; start += segment) {
            long[][] part = part(tokens, start);
            float[] found = read(part, (model, states, pass) -> states.toFloatArray());
            int width = found.length / part.length / part[0].length;
            for (int i = 0; i * width < found.length; i++) {
                float[] vector = Arrays.copyOfRange(found, i * width, (i + 1) * width);
                all[i / part[0].length][start + i % part[0].length] = vector;
            }
        }
        return all;
    }

    /**
     * Reads on.
     *
     * @param tokens ids by row; here prompts, too, must be equally long
     * @return by row, for each word of the vocabulary the logarithm of its probability after the last token
     */
    @Override
    public float[][] next(long[][] tokens) {
        int length = length(tokens);
        float[] found = {};
        for (int start = 0; start < length; start += segment) {
            boolean end = length - start <= segment;
            found = read(
                    part(tokens, start),
                    (model, states, pass) -> end
                            ? model.logProbabilities(states.get(":, -1"), pass).toFloatArray()
                            : new float[0]);
        }
        float[] all = found;
        return IntStream.range(0, tokens.length)
                .mapToObj(row -> Arrays.copyOfRange(all, row * vocabulary(), (row + 1) * vocabulary()))
                .toArray(float[][]::new);
    }

    /** What is made of a segment's vectors, [rows, tokens, width]. */
    @FunctionalInterface
    private interface Work {
        float[] of(TransfoXl model, NDArray states, Pass pass);
    }

    private float[] read(long[][] part, Work work) {
        long[] ids = Arrays.stream(part).flatMapToLong(Arrays::stream).toArray();
        return session.run(patience, (model, scope, pass) -> {
            if (tokensRead == 0) {
                memory.ifPresent(SegmentMemory::close); // of a first segment that failed
                memory = model.newMemory(part.length, owner);
            }
            Pass remembering = memory.map(pass::withMemory).orElse(pass);
            NDArray states = model.states(scope.create(ids, new Shape(part.length, part[0].length)), remembering);
            float[] found = work.of(model, states, pass);
            memory.ifPresent(SegmentMemory::advance);
            replaceLast(states.get(":, -1").duplicate());
            tokensRead += part[0].length;
            rows = part.length;
            return found;
        });
    }

    private void replaceLast(NDArray next) {
        next.attach(owner);
        last.ifPresent(NDArray::close);
        last = Optional.of(next);
    }

    /** The tokens of each row. */
    private int length(long[][] tokens) {
        Check.that(tokens.length > 0 && tokens[0].length > 0, "There must be at least one row, of at least one token.");
        for (long[] row : tokens) {
            Check.that(
                    row.length == tokens[0].length,
                    "Texts that are read side by side must be equally long: %d tokens, not %d.",
                    tokens[0].length,
                    row.length);
        }
        Check.that(tokensRead == 0 || tokens.length == rows, "There are %d rows, not %d.", rows, tokens.length);
        return tokens[0].length;
    }

    private long[][] part(long[][] tokens, int start) {
        int end = Math.min(start + segment, tokens[0].length);
        return Arrays.stream(tokens)
                .map(row -> Arrays.copyOfRange(row, start, end))
                .toArray(long[][]::new);
    }

    @Override
    public void select(int[] parents) {
        for (int parent : parents) {
            Check.that(parent >= 0 && parent < rows, "Row %d isn't among %d.", parent, rows);
        }
        if (Arrays.equals(parents, IntStream.range(0, rows).toArray())) {
            return;
        }
        session.run(patience, (model, scope, pass) -> {
            memory.ifPresent(kept -> kept.select(parents));
            NDArray numbers = scope.create(Arrays.stream(parents).asLongStream().toArray());
            last.ifPresent(earlier -> replaceLast(Scope.lend(earlier, scope).get(numbers)));
            rows = parents.length;
            return null;
        });
    }

    /** Tokens of each row that have been read. */
    public long tokensRead() {
        return tokensRead;
    }

    @Override
    public int vocabulary() {
        return session.model().vocabulary();
    }

    /** A text has no end here. */
    @Override
    public int maxTokens() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void close() {
        owner.close();
    }
}
