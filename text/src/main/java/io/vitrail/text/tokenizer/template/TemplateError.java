package io.vitrail.text.tokenizer.template;

/** What is wrong with a template, or with what it is given; the public methods say where. */
final class TemplateError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TemplateError(String message, Object... values) {
        super(values.length == 0 ? message : String.format(message, values), null, false, false);
    }
}
