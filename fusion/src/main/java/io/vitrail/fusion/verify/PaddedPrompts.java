package io.vitrail.fusion.verify;

import io.vitrail.text.generation.Decoding;
import io.vitrail.text.generation.ForwardingDecoding;
import io.vitrail.transformer.Check;
import io.vitrail.transformer.verify.GoldenTensor;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Prompts that were padded to one length, wherever the padding is: BLIP-2's processor puts pictures before it.
 * Attention doesn't see padding and places don't count it, so that a model which continues its prompts may do without.
 *
 * @param ids by row
 * @param mask by row: 1 for tokens, 0 for padding
 */
record PaddedPrompts(long[][] ids, long[][] mask) {
    static PaddedPrompts of(Map<String, GoldenTensor> inputs) {
        long[][] ids = rows(inputs, "input_ids");
        boolean masked = inputs.containsKey("attention_mask");
        long[][] mask = masked
                ? rows(inputs, "attention_mask")
                : Arrays.stream(ids)
                        .map(row -> Arrays.stream(row).map(id -> 1).toArray())
                        .toArray(long[][]::new);
        Check.that(mask.length == ids.length && mask[0].length == ids[0].length, "Ids and mask differ in shape.");
        return new PaddedPrompts(ids, mask);
    }

    private static long[][] rows(Map<String, GoldenTensor> inputs, String name) {
        GoldenTensor tensor = inputs.get(name);
        Check.that(
                tensor != null && tensor.shape().length == 2 && tensor.integers().length > 0,
                "%s must be there: [batch, tokens].",
                name);
        int width = (int) tensor.shape()[1];
        return IntStream.range(0, (int) tensor.shape()[0])
                .mapToObj(row -> Arrays.copyOfRange(tensor.integers(), row * width, (row + 1) * width))
                .toArray(long[][]::new);
    }

    /** How much of a row is padding. */
    int padding(int row) {
        return (int) Arrays.stream(mask[row]).filter(seen -> seen == 0).count();
    }

    private long[] real(int row) {
        return IntStream.range(0, ids[row].length)
                .filter(i -> mask[row][i] != 0)
                .mapToLong(i -> ids[row][i])
                .toArray();
    }

    /** The decoding of these prompts, which is given what is real of them. */
    Decoding without(Decoding decoding) {
        long[][] real = IntStream.range(0, ids.length).mapToObj(this::real).toArray(long[][]::new);
        return new Begun(decoding, real);
    }

    /** A decoding whose first tokens are known. */
    private static final class Begun extends ForwardingDecoding {
        private final long[][] first;
        private boolean begun;

        Begun(Decoding decoding, long[][] first) {
            super(decoding);
            this.first = first;
        }

        @Override
        public float[][] next(long[][] tokens) {
            long[][] given = begun ? tokens : first;
            begun = true;
            return super.next(given);
        }
    }
}
