package io.vitrail.text;

/** Hears a text while it is being written. Its methods are called by the thread that asked for the text. */
@FunctionalInterface
public interface TextListener {
    /**
     * The next piece of the text, of any length but 0. All pieces together are the text; none ends within a character.
     *
     * @param piece what is certain by now
     */
    void hear(String piece);

    /** Asked after each token: whether the text should go on. */
    default boolean wantsMore() {
        return true;
    }
}
