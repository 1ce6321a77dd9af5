package io.vitrail.text.tokenizer.template;

/** A function, method or macro. */
@FunctionalInterface
interface Callable {
    Object call(Arguments arguments, Scope scope);
}
