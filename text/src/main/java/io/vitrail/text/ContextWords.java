package io.vitrail.text;

import io.vitrail.text.tokenizer.EncodeOptions;
import io.vitrail.text.tokenizer.Encoding;
import io.vitrail.text.tokenizer.Span;
import io.vitrail.text.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.Map;

/**
 * Which word of a context each of its tokens is part of, to widen answers to whole words.
 *
 * @param wordOf the word's number by the token's place in the context
 */
record ContextWords(Map<Span, Integer> wordOf) {
    static ContextWords of(Tokenizer tokenizer, String context) {
        EncodeOptions plain =
                EncodeOptions.builder().specialTokens(false).offsets(true).build();
        Encoding whole = tokenizer.encode(context, plain);
        int[] words = tokenizer.words(context);
        Map<Span, Integer> wordOf = new HashMap<>();
        for (int i = 0; i < words.length; i++) {
            if (words[i] >= 0) {
                wordOf.putIfAbsent(whole.offsets().get(i), words[i]);
            }
        }
        return new ContextWords(wordOf);
    }

    /** From the beginning of one token's word to the end of another's, as far as this row has them; in code points. */
    Span around(int first, int last, Encoding row) {
        Integer firstWord = word(first, row);
        Integer lastWord = word(last, row);
        if (firstWord == null || lastWord == null) {
            return new Span(
                    row.offsets().get(first).start(), row.offsets().get(last).end());
        }
        int from = first;
        while (firstWord.equals(word(from - 1, row))) {
            from--;
        }
        int to = last;
        while (lastWord.equals(word(to + 1, row))) {
            to++;
        }
        return new Span(row.offsets().get(from).start(), row.offsets().get(to).end());
    }

    private Integer word(int token, Encoding row) {
        boolean inContext = token >= 0 && token < row.length() && row.sequences()[token] == 1;
        return inContext ? wordOf.get(row.offsets().get(token)) : null;
    }
}
