package io.vitrail.text.tokenizer.template;

import java.util.List;
import java.util.stream.Stream;

/** What startswith and endswith take: a text, or several in a tuple. */
final class Affix {
    private Affix() {}

    static Stream<String> of(Object argument) {
        List<?> several = argument instanceof List<?> list ? list : List.of(argument);
        return several.stream().map(affix -> Values.requireText(affix, "what a text begins or ends with"));
    }
}
