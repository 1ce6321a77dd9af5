package io.vitrail.text.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
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
    /** What cleaning up may join with what comes next. */
    private static final Pattern UNSETTLED_SPACE = Pattern.compile(" (n'?|'[vr]?)?$");

    private final Tokenizer tokenizer;
    private final DecodeOptions options;
    private final List<Long> ids = new ArrayList<>();
    private String text = ""; // of the ids in the window
    private int given; // characters of it

    StreamingDecoder(Tokenizer tokenizer, DecodeOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
    }

    /**
     * Takes the next id.
     *
     * @return the text that is certain now, often ""
     */
    public String add(long id) {
        ids.add(id);
        text = decode(ids);
        String token = tokenizer.token(id).orElse("");
        String more = BYTE.matcher(token).matches() ? "" : give(settled());
        if (ids.size() >= 2 * WINDOW && !more.isEmpty()) {
            slide();
        }
        return more;
    }

    /** Ends the text. */
    public String finish() {
        String rest = give(text.length());
        ids.clear();
        text = "";
        given = 0;
        return rest;
    }

    private String give(int end) {
        String more = end > given ? text.substring(given, end) : "";
        given += more.length();
        return more;
    }

    private int settled() {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == INCOMPLETE) {
            end--;
        }
        Matcher space = UNSETTLED_SPACE.matcher(text).region(Math.max(end - 4, 0), end);
        return space.find() ? space.start() : end;
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
        return tokenizer.decode(some.stream().mapToLong(Long::longValue).toArray(), options);
    }
}
