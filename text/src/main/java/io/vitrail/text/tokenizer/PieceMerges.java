package io.vitrail.text.tokenizer;

import io.vitrail.text.tokenizer.SentencePieceFile.Piece;
import io.vitrail.transformer.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges of a byte-pair model that SentencePiece trained: every split of a piece into two pieces, the likeliest
 * pieces first.
 *
 * @param left the first half
 * @param right the second half
 */
record PieceMerges(String left, String right) {
    private static final int LONGEST_PIECE = 512;

    private record Scored(PieceMerges merge, float score, int left, int right) {}

    /**
     * @param pieces with the scores to order by
     * @param ids of the pieces that may be halves
     */
    static List<PieceMerges> of(List<Piece> pieces, Map<String, Integer> ids) {
        Map<String, Float> scores = new LinkedHashMap<>();
        pieces.forEach(piece -> scores.put(piece.text(), piece.score()));
        List<Scored> all = new ArrayList<>();
        scores.forEach((piece, score) -> all.addAll(splits(piece, score, ids)));
        all.sort(Comparator.comparing(Scored::score)
                .thenComparing(scored -> characters(scored.merge.left))
                .thenComparing(scored -> characters(scored.merge.right))
                .reversed());
        return all.stream().map(Scored::merge).toList();
    }

    private static List<Scored> splits(String piece, float score, Map<String, Integer> ids) {
        Check.that(piece.length() <= LONGEST_PIECE, "A piece has %d characters.", piece.length());
        List<Scored> splits = new ArrayList<>();
        for (int at = 1; at < piece.length(); at++) {
            Integer left = ids.get(piece.substring(0, at));
            Integer right = ids.get(piece.substring(at));
            if (left != null && right != null) {
                splits.add(
                        new Scored(new PieceMerges(piece.substring(0, at), piece.substring(at)), score, left, right));
            }
        }
        splits.sort(Comparator.comparing(Scored::left).thenComparing(Scored::right));
        return splits;
    }

    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }
}
