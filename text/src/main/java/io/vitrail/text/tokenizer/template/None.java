package io.vitrail.text.tokenizer.template;

/** Python's None, JSON's null. */
enum None {
    NONE
}
