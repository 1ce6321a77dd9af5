package io.vitrail.text.tokenizer;

import java.util.Arrays;

/** The part of a tokenizer that splits texts and joins tokens; framing, cutting and padding are the same for all. */
interface Segmenter extends AutoCloseable {
    /**
     * Splits a text.
     *
     * @param text valid, of bounded length
     * @param spans whether to tell the places of the tokens
     */
    Segment split(String text, boolean spans);

    /**
     * The number of the word that each token of a text is part of; -1 for those of none, as all are where words
     * aren't known.
     */
    default int[] words(String text) {
        int[] none = new int[split(text, false).ids().length];
        Arrays.fill(none, -1);
        return none;
    }

    /** What tokens begin with that go on with a word, such as "##"; "" if nothing tells. */
    default String continuationPrefix() {
        return "";
    }

    /** Joins tokens to a text, before spaces are cleaned up. Ids are not negative. */
    String join(long[] ids, boolean skipSpecialTokens);

    /** The vocabulary. */
    Vocabulary vocabulary();

    @Override
    void close();
}
