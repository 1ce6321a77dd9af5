package io.vitrail.text.tokenizer.template;

/**
 * What a template asks for and isn't there: false, empty, and an error where something of it is asked for.
 *
 * @param name as asked for
 */
record Undefined(String name) {}
