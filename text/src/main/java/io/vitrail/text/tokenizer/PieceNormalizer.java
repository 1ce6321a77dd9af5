package io.vitrail.text.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** SentencePiece's normalisation: rules for characters, then spaces, which become ▁ (normalizer.cc). Immutable. */
final class PieceNormalizer {
    private static final byte[] MARK = "▁".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SPACE = {' '};

    private final SentencePieceFile model;
    private final List<byte[]> userDefined;

    PieceNormalizer(SentencePieceFile model) {
        this.model = model;
        userDefined = model.pieces().stream()
                .filter(piece -> piece.kind() == SentencePieceFile.Kind.USER_DEFINED)
                .map(piece -> piece.text().getBytes(StandardCharsets.UTF_8))
                .sorted((a, b) -> b.length - a.length) // the longest first
                .toList();
    }

    String normalize(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] space = model.escapeSpaces() ? MARK : SPACE;
        int at = model.removeExtraSpaces() ? firstWord(bytes) : 0;
        if (at == bytes.length) {
            return "";
        }
        ByteSink out = new ByteSink(bytes.length + bytes.length / 2);
        if (model.dummyPrefix()) {
            out.append(space);
        }
        boolean afterSpace = model.removeExtraSpaces();
        while (at < bytes.length) {
            ByteSink character = new ByteSink(8);
            at = next(bytes, at, character);
            afterSpace = append(character, afterSpace, out, space);
        }
        while (model.removeExtraSpaces() && out.endsWith(space)) {
            out.shorten(space.length);
        }
        return out.text();
    }

    /** Appends one normalised character, without leading spaces if it follows one; whether it ends in a space. */
    private boolean append(ByteSink character, boolean afterSpace, ByteSink out, byte[] space) {
        int from = 0;
        while (afterSpace && from < character.length() && character.get(from) == ' ') {
            from++;
        }
        for (int i = from; i < character.length(); i++) {
            if (character.get(i) == ' ') {
                out.append(space);
            } else {
                out.append(character.get(i));
            }
        }
        boolean endsInSpace = from == character.length() ? afterSpace : character.get(character.length() - 1) == ' ';
        return endsInSpace && model.removeExtraSpaces();
    }

    private int firstWord(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            ByteSink character = new ByteSink(8);
            int end = next(bytes, at, character);
            if (character.length() != 1 || character.get(0) != ' ') {
                return at;
            }
            at = end;
        }
        return at;
    }

    /** Appends what stands for the character, or longer rule, at a place; where the next one begins. */
    private int next(byte[] bytes, int at, ByteSink out) {
        for (byte[] symbol : userDefined) {
            if (Arrays.equals(bytes, at, Math.min(at + symbol.length, bytes.length), symbol, 0, symbol.length)) {
                out.append(symbol);
                return at + symbol.length;
            }
        }
        int end = model.charsMap().map(map -> map.longestMatch(bytes, at)).orElse(at);
        if (end > at) {
            model.charsMap().ifPresent(map -> map.appendReplacement(bytes, at, out));
            return end;
        }
        int length = length(bytes[at]);
        for (int i = at; i < at + length; i++) {
            out.append(bytes[i]);
        }
        return at + length;
    }

    /** Bytes of the character that a byte of valid UTF-8 begins. */
    private static int length(byte first) {
        return first >= 0 ? 1 : Integer.numberOfLeadingZeros(~(first << 24));
    }
}
