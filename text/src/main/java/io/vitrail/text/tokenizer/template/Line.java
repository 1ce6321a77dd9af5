package io.vitrail.text.tokenizer.template;

import java.util.NoSuchElementException;

/** Tells errors where in the template they arose. */
final class Line {
    private Line() {}

    static void at(int line, Runnable work) {
        try {
            work.run();
        } catch (TemplateError e) {
            throw e.getMessage().startsWith("line ") ? e : new TemplateError("line " + line + ": " + e.getMessage());
        } catch (ClassCastException | IndexOutOfBoundsException | ArithmeticException | NoSuchElementException e) {
            throw new TemplateError("line " + line + ": a value isn't of the kind that is needed there");
        }
    }
}
