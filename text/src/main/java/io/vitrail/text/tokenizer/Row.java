package io.vitrail.text.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A part of a row that grows by joining others: the tokens of a text, or special tokens.
 *
 * @param ids of the tokens
 * @param types their type ids
 * @param sequences 0 and 1 for tokens of the first and second text, -1 for special ones
 * @param spans their places, or empty where nobody asked
 */
record Row(long[] ids, long[] types, int[] sequences, List<Span> spans) {
    static final Row EMPTY = new Row(new long[0], new long[0], new int[0], List.of());

    /** Tokens of one kind. */
    static Row of(long[] ids, int type, int sequence, List<Span> spans) {
        long[] types = LongStream.generate(() -> type).limit(ids.length).toArray();
        int[] sequences = new int[ids.length];
        Arrays.fill(sequences, sequence);
        return new Row(ids, types, sequences, spans);
    }

    int length() {
        return ids.length;
    }

    /** This, then the other. */
    Row then(Row other) {
        long[] joinedIds =
                LongStream.concat(LongStream.of(ids), LongStream.of(other.ids)).toArray();
        long[] joinedTypes = LongStream.concat(LongStream.of(types), LongStream.of(other.types))
                .toArray();
        int[] joinedSequences = Arrays.copyOf(sequences, joinedIds.length);
        System.arraycopy(other.sequences, 0, joinedSequences, ids.length, other.length());
        List<Span> joinedSpans = new ArrayList<>(spans);
        joinedSpans.addAll(other.spans);
        return new Row(joinedIds, joinedTypes, joinedSequences, joinedSpans);
    }

    /**
     * Joins two lists of a part and its continuations: first the parts themselves, then each continuation of the left
     * with every right, then the left with each continuation of the right.
     */
    static List<Row> join(List<Row> left, List<Row> right) {
        List<Row> joined = new ArrayList<>();
        joined.add(left.get(0).then(right.get(0)));
        for (Row continuation : left.subList(1, left.size())) {
            right.forEach(part -> joined.add(continuation.then(part)));
        }
        right.subList(1, right.size()).forEach(part -> joined.add(left.get(0).then(part)));
        return joined;
    }

    /** With padding on one side, up to a length. */
    Encoding padded(int length, Side side, SpecialTokens special, Vocabulary vocabulary, boolean offsets) {
        int missing = Math.max(length - ids.length, 0);
        int start = side == Side.LEFT ? missing : 0;
        int total = ids.length + missing;
        long[] padIds = filled(total, missing == 0 ? 0 : special.padId());
        long[] padTypes = filled(total, special.padType());
        long[] mask = new long[total];
        long[] specials = filled(total, 1);
        int[] owners = new int[total];
        Arrays.fill(owners, -1);
        for (int i = 0; i < ids.length; i++) {
            padIds[start + i] = ids[i];
            padTypes[start + i] = types[i];
            mask[start + i] = 1;
            specials[start + i] = sequences[i] < 0 ? 1 : 0;
            owners[start + i] = sequences[i];
        }
        List<String> tokens = LongStream.of(padIds)
                .mapToObj(id -> vocabulary.token(id).orElse(""))
                .toList();
        List<Span> places = new ArrayList<>(Collections.nCopies(offsets ? total : 0, Span.NOWHERE));
        for (int i = 0; offsets && i < ids.length; i++) {
            places.set(start + i, spans.get(i));
        }
        return new Encoding(padIds, padTypes, mask, specials, owners, tokens, List.copyOf(places));
    }

    private static long[] filled(int length, long value) {
        long[] values = new long[length];
        Arrays.fill(values, value);
        return values;
    }
}
