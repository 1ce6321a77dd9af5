package io.vitrail.text.tokenizer.template;

/** What one rendering may still do: templates come from strangers. Not thread-safe. */
final class Budget {
    /** Steps, characters written and elements visited, all together. */
    private static final int MOST = 20_000_000;

    private static final int DEEPEST = 100;

    private int left = MOST;
    private int depth;

    /** Accounts for work in proportion to its size, before it is done. */
    void spend(long work) {
        if (work > left) {
            throw new TemplateError("it does too much: more than " + MOST + " steps and characters");
        }
        left -= (int) work;
    }

    /** Enters a macro, or a value within a value. */
    void enter() {
        spend(1);
        if (++depth > DEEPEST) {
            throw new TemplateError("it is nested more than " + DEEPEST + " deep");
        }
    }

    void leave() {
        depth--;
    }
}
