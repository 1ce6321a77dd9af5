package io.vitrail.text.attention;

import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Span;
import io.vitrail.text.tokenizer.Tokenizer;
import io.vitrail.text.tokenizer.TokenizerInput;
import java.util.ArrayList;
import java.util.List;

/**
 * A text's tokens for a model and for people.
 *
 * @param ids of the tokens
 * @param shown the same for people
 */
record TokenView(long[] ids, List<ShownToken> shown) {
    /** What some vocabularies write for a space. */
    private static final String SPACE = "▁";

    /** What is shown for a token that is nothing but spaces. */
    private static final String VISIBLE_SPACE = "␣";

    private static final char SUBSCRIPT_ZERO = '₀';

    /** Where a text goes: what a model reads, or what it writes. */
    @FunctionalInterface
    interface Encoder {
        Encoding encode(EncodeOptions options);
    }

    /** The tokens of a text that the model reads. */
    static TokenView read(Tokenizer tokenizer, String text) {
        List<TokenizerInput> inputs = List.of(TokenizerInput.of(text));
        return of(text, options -> tokenizer.encode(inputs, options).rows().get(0));
    }

    /** The tokens of a text that the model writes. */
    static TokenView written(Tokenizer tokenizer, String text) {
        List<TokenizerInput> inputs = List.of(TokenizerInput.of(text));
        return of(
                text, options -> tokenizer.encodeTargets(inputs, options).rows().get(0));
    }

    private static TokenView of(String text, Encoder encoder) {
        try {
            EncodeOptions options = EncodeOptions.builder().offsets(true).build();
            Encoding encoding = encoder.encode(options);
            return new TokenView(
                    encoding.ids(), byPlace(encoding, text.codePoints().toArray()));
        } catch (IllegalArgumentException e) { // a tokenizer that knows no offsets; any other mistake is made again
            Encoding encoding = encoder.encode(EncodeOptions.defaults());
            return new TokenView(encoding.ids(), bySpelling(encoding));
        }
    }

    /** A token that stands for no text. */
    static ShownToken special(String token) {
        return new ShownToken(token, token, true, true, false);
    }

    private static List<ShownToken> byPlace(Encoding encoding, int[] characters) {
        List<ShownToken> shown = new ArrayList<>();
        int seen = 0;
        for (int i = 0; i < encoding.length(); i++) {
            Span span = encoding.offsets().get(i);
            String token = encoding.tokens().get(i);
            if (encoding.specialTokensMask()[i] == 1 || span.start() == span.end()) {
                shown.add(special(token));
            } else if (token.equals(SPACE)) { // before a text's first character its place is that character's
                shown.add(new ShownToken(token, VISIBLE_SPACE, false, true, false));
                seen = Character.isWhitespace(characters[span.start()]) ? span.end() : seen;
            } else {
                shown.add(numbered(ofText(token, characters, span, seen), encoding, i));
                seen = span.end();
            }
        }
        return shown;
    }

    /** @param seen where the token before ends */
    private static ShownToken ofText(String token, int[] characters, Span span, int seen) {
        String raw = new String(characters, span.start(), span.end() - span.start());
        boolean space = Character.isWhitespace(characters[span.start()])
                || span.start() > seen && Character.isWhitespace(characters[span.start() - 1]);
        boolean within = !space
                && span.start() > 0
                && isOfWord(characters[span.start() - 1])
                && isOfWord(characters[span.start()]);
        return new ShownToken(token, visible(raw.strip()), false, space, within);
    }

    /** Several tokens can stand for the bytes of one character: they are told apart by a number. */
    private static ShownToken numbered(ShownToken token, Encoding encoding, int at) {
        int first = at;
        while (sharesPlace(encoding, first - 1, at)) {
            first--;
        }
        if (first == at && !sharesPlace(encoding, at + 1, at)) {
            return token;
        }
        String text = token.text() + (char) (SUBSCRIPT_ZERO + Math.min(9, at - first + 1));
        return new ShownToken(token.token(), text, false, first == at && token.afterSpace(), false);
    }

    private static boolean sharesPlace(Encoding encoding, int other, int at) {
        return other >= 0
                && other < encoding.length()
                && encoding.offsets().get(other).equals(encoding.offsets().get(at))
                && !encoding.tokens().get(other).equals(SPACE);
    }

    /** Where the tokens stand isn't known, so their spelling has to tell. */
    private static List<ShownToken> bySpelling(Encoding encoding) {
        List<ShownToken> shown = new ArrayList<>();
        boolean wordBegun = false;
        for (int i = 0; i < encoding.length(); i++) {
            String token = encoding.tokens().get(i);
            if (encoding.specialTokensMask()[i] == 1) {
                shown.add(special(token));
                continue;
            }
            boolean space = token.startsWith(SPACE);
            String text = token.replace(SPACE, " ").strip();
            boolean ofWord = !text.isEmpty() && isOfWord(text.codePointAt(0));
            shown.add(new ShownToken(token, visible(text), false, space, wordBegun && !space && ofWord));
            wordBegun = !text.isEmpty() && isOfWord(text.codePointBefore(text.length()));
        }
        return shown;
    }

    private static String visible(String text) {
        return text.isEmpty() ? VISIBLE_SPACE : text;
    }

    /** Whether words, between spaces, consist of such characters. */
    private static boolean isOfWord(int character) {
        return Character.isLetterOrDigit(character) && !Character.isIdeographic(character);
    }
}
