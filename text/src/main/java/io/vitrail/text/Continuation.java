package io.vitrail.text;

import io.vitrail.text.tokenizer.DecodeOptions;
import io.vitrail.text.tokenizer.StreamingDecoder;
import io.vitrail.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * The text that new tokens add to earlier ones, such as a prompt: some tokenizers show a token otherwise at the
 * beginning of a text than within it. Not thread-safe: one for each text.
 */
final class Continuation {
    private static final DecodeOptions SHOWN = DecodeOptions.textOnly();

    private final StreamingDecoder decoder;
    private int hidden;

    Continuation(Tokenizer tokenizer, long[] earlier) {
        decoder = tokenizer.stream(SHOWN);
        hidden = tokenizer.decode(earlier, SHOWN).length();
        shown(decoder.add(earlier));
    }

    /** What new tokens add to the text of earlier ones. */
    static String of(Tokenizer tokenizer, long[] earlier, long[] ids) {
        long[] all =
                LongStream.concat(Arrays.stream(earlier), Arrays.stream(ids)).toArray();
        String text = tokenizer.decode(all, SHOWN);
        return text.substring(Math.min(tokenizer.decode(earlier, SHOWN).length(), text.length()));
    }

    /** Takes the next token; the text that is certain now, often "". */
    String add(long id) {
        return shown(decoder.add(id));
    }

    /** Ends the text. */
    String finish() {
        return shown(decoder.finish());
    }

    private String shown(String piece) {
        int earlier = Math.min(hidden, piece.length());
        hidden -= earlier;
        return piece.substring(earlier);
    }
}
