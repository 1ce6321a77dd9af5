package io.vitrail.text.tokenizer;

import io.vitrail.text.tokenizer.SentencePieceFile.Kind;
import io.vitrail.text.tokenizer.SentencePieceFile.Piece;
import io.vitrail.transformer.Check;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's Unigram model (Kudo 2018, section 3.2): of all ways to split a text into pieces the most probable, by
 * Viterbi's algorithm, in the arithmetic of unigram_model.cc. Immutable.
 */
final class UnigramPieces {
    private static final float UNKNOWN_PENALTY = 10;
    private static final int LONGEST_PIECE = 512; // in UTF-16 units

    private final SentencePieceFile model;
    private final PieceNormalizer normalizer;
    private final Map<String, Integer> searched = new HashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final int longest;
    private final float unknownScore;
    private final float bestScore;

    UnigramPieces(SentencePieceFile model) {
        Check.that(
                model.modelType() == SentencePieceFile.UNIGRAM,
                "The SentencePiece model is of the type %d; this tokenizer needs Unigram, %d.",
                model.modelType(),
                SentencePieceFile.UNIGRAM);
        this.model = model;
        normalizer = new PieceNormalizer(model);
        float least = Float.MAX_VALUE;
        float most = -Float.MAX_VALUE;
        int length = 0;
        for (int id = 0; id < model.pieces().size(); id++) {
            Piece piece = model.pieces().get(id);
            ids.putIfAbsent(piece.text(), id);
            if (piece.kind() == Kind.NORMAL || piece.kind() == Kind.USER_DEFINED) {
                Check.that(
                        piece.text().length() <= LONGEST_PIECE,
                        "A piece has %d characters.",
                        piece.text().length());
                searched.putIfAbsent(piece.text(), id);
                length = Math.max(length, piece.text().length());
            }
            if (piece.kind() == Kind.NORMAL) {
                least = Math.min(least, piece.score());
                most = Math.max(most, piece.score());
            }
        }
        longest = length;
        unknownScore = least - UNKNOWN_PENALTY;
        bestScore = most;
    }

    SentencePieceFile model() {
        return model;
    }

    /** The id of a piece; that of the unknown one if there is none. */
    int id(String piece) {
        return ids.getOrDefault(piece, model.unknownId());
    }

    /** The pieces of a text; what no piece covers is one piece each run. */
    List<String> split(String text) {
        String normalized = normalizer.normalize(text);
        List<String> pieces = new ArrayList<>();
        boolean afterUnknown = false;
        for (Part part : best(normalized)) {
            String piece = normalized.substring(part.start, part.end);
            boolean unknown = part.id == model.unknownId();
            if (unknown && model.byteFallback()) {
                addBytes(piece, pieces);
            } else if (unknown && afterUnknown) {
                pieces.set(pieces.size() - 1, pieces.get(pieces.size() - 1) + piece);
            } else {
                pieces.add(piece);
            }
            afterUnknown = unknown;
        }
        return pieces;
    }

    private static void addBytes(String piece, List<String> pieces) {
        for (byte value : piece.getBytes(StandardCharsets.UTF_8)) {
            pieces.add(String.format("<0x%02X>", value));
        }
    }

    private record Part(int start, int end, int id) {}

    private List<Part> best(String text) {
        int length = text.length();
        int[] starts = new int[length + 1]; // of the best path's last piece; -1 while there is no path
        int[] pieceIds = new int[length + 1];
        float[] scores = new float[length + 1];
        Arrays.fill(starts, -1);
        for (int start = 0; start < length; start += Character.charCount(text.codePointAt(start))) {
            int next = start + Character.charCount(text.codePointAt(start));
            boolean covered = false;
            for (int end = next; end <= length && end - start <= longest; end = behind(text, end)) {
                Integer id = searched.get(text.substring(start, end));
                if (id != null) {
                    consider(start, end, id, score(id, text, start, end) + scores[start], starts, pieceIds, scores);
                    covered |= end == next;
                }
            }
            if (!covered) {
                consider(start, next, model.unknownId(), unknownScore + scores[start], starts, pieceIds, scores);
            }
        }
        List<Part> parts = new ArrayList<>();
        for (int end = length; end > 0; end = starts[end]) {
            parts.add(new Part(starts[end], end, pieceIds[end]));
        }
        Collections.reverse(parts);
        return parts;
    }

    private static int behind(String text, int end) {
        return end < text.length() ? end + Character.charCount(text.codePointAt(end)) : end + 1;
    }

    private float score(int id, String text, int start, int end) {
        Piece piece = model.pieces().get(id);
        int bytes =
                piece.kind() == Kind.NORMAL ? 0 : text.substring(start, end).getBytes(StandardCharsets.UTF_8).length;
        return piece.kind() == Kind.NORMAL ? piece.score() : (float) (bytes * bestScore - 0.1);
    }

    private static void consider(
            int start, int end, int id, float score, int[] starts, int[] pieceIds, float[] scores) {
        if (starts[end] < 0 || score > scores[end]) {
            starts[end] = start;
            pieceIds[end] = id;
            scores[end] = score;
        }
    }

    /** The text of pieces, as SentencePieceProcessor's Decode. */
    String join(List<String> pieces) {
        StringBuilder text = new StringBuilder();
        ByteSink bytes = new ByteSink(16);
        boolean atStart = true;
        boolean sawPrefix = false;
        for (String piece : pieces) {
            int id = id(piece);
            Kind kind = model.pieces().get(id).kind();
            if (kind == Kind.BYTE) {
                bytes.append((byte) Integer.parseInt(piece.substring(3, 5), 16));
                continue;
            }
            text.append(bytes.text());
            bytes.shorten(bytes.length());
            atStart &= !sawPrefix && text.isEmpty();
            boolean prefixed = atStart && piece.startsWith("▁") && (model.dummyPrefix() || model.removeExtraSpaces());
            text.append(
                    switch (kind) {
                        case CONTROL -> "";
                        case UNKNOWN -> piece.equals(model.pieces().get(id).text()) ? model.unknownText() : piece;
                        case NORMAL, USER_DEFINED, UNUSED, BYTE ->
                            (prefixed ? piece.substring(1) : piece).replace('▁', ' ');
                    });
            sawPrefix = prefixed && kind != Kind.CONTROL && kind != Kind.UNKNOWN && !model.removeExtraSpaces();
        }
        return text.append(bytes.text()).toString();
    }
}
