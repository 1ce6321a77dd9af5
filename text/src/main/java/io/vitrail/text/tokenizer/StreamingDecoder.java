package io.vitrail.text.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decodes ids as they are generated. All that it gives, put together, is the text of all ids at once: spaces between
 * words stay, and what the next id may still change is held back, such as the first bytes of a character.
 *
 * <p>Not thread-safe: one for each text.
 */
public final class StreamingDecoder {
    /** So many ids are decoded again with each new one; those before are settled. */
    private static final int WINDOW = 48;

    private static final char INCOMPLETE = '\uFFFD';
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
    /**
     * What may stand behind a space that cleaning up removes, once more comes: " ' " and " n't", one space after
     * another.
     */
    private static final String UNSETTLED = " 'n";
    /** What may end it: " 've" and " 're". */
    private static final String UNSETTLED_END = "vr";

    private final Tokenizer tokenizer;
    private final DecodeOptions options;
    private final DecodeOptions raw;
    private final List<Long> ids = new ArrayList<>();
    private String text = ""; // of the ids in the window, before cleaning up
    private int given; // characters of it
    private boolean withinBytes; // a character may be told byte by byte, and the last ids are some of them

    StreamingDecoder(Tokenizer tokenizer, DecodeOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
        raw = new DecodeOptions(options.skipSpecialTokens(), Optional.of(false));
    }

    /**
     * Takes the next id, or several.
     *
     * @return the text that is certain now, often ""
     */
    public String add(long... next) {
        for (long id : next) {
            ids.add(id);
            withinBytes = isByte(id) || withinBytes && decode(List.of(id)).isEmpty();
        }
        text = decode(ids);
        int before = given;
        String more = withinBytes ? "" : give(settled());
        if (ids.size() >= 2 * WINDOW && given > before) {
            slide();
        }
        return more;
    }

    private boolean isByte(long id) {
        return BYTE.matcher(tokenizer.token(id).orElse("")).matches();
    }

    /** Ends the text. */
    public String finish() {
        String rest = give(text.length());
        ids.clear();
        text = "";
        given = 0;
        withinBytes = false;
        return rest;
    }

    /** Nothing that cleaning up changes lies on both sides of a border between two such pieces. */
    private String give(int end) {
        String more = end > given ? text.substring(given, end) : "";
        given += more.length();
        return tokenizer.cleaned(more, options);
    }

    private int settled() {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == INCOMPLETE) {
            end--;
        }
        int first = end > 0 && UNSETTLED_END.indexOf(text.charAt(end - 1)) >= 0 ? end - 1 : end;
        while (first > 0 && UNSETTLED.indexOf(text.charAt(first - 1)) >= 0) {
            first--;
            end = text.charAt(first) == ' ' ? first : end;
        }
        return end;
    }

    /** Forgets the first ids, if the text behind them stays the same without them. */
    private void slide() {
        List<Long> kept = ids.subList(ids.size() - WINDOW, ids.size());
        String shorter = decode(kept);
        int newGiven = shorter.length() - (text.length() - given);
        if (newGiven > 0 && text.endsWith(shorter.substring(newGiven))) {
            ids.subList(0, ids.size() - WINDOW).clear();
            text = shorter;
            given = newGiven;
        }
    }

    private String decode(List<Long> some) {
        return tokenizer.decode(some.stream().mapToLong(Long::longValue).toArray(), raw);
    }
}
