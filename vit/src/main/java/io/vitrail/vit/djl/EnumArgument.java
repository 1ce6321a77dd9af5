package io.vitrail.vit.djl;

import ai.djl.translate.ArgumentsUtil;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An argument of a DJL model that is one of several words, as {@code image-classification}; case doesn't matter. */
final class EnumArgument {
    private EnumArgument() {}

    /**
     * Reads it.
     *
     * @param otherwise where it isn't given
     * @throws IllegalArgumentException if it is another word
     */
    static <E extends Enum<E>> E of(String name, Map<String, ?> arguments, E otherwise) {
        String given = ArgumentsUtil.stringValue(arguments, name, otherwise.name());
        List<E> choices = List.of(otherwise.getDeclaringClass().getEnumConstants());
        return choices.stream()
                .filter(choice -> word(choice).equalsIgnoreCase(given.replace('_', '-')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(String.format(
                        "Argument '%s' must be one of %s, not '%s'.",
                        name, choices.stream().map(EnumArgument::word).toList(), given)));
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
