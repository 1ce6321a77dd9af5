package io.vitrail.transformer.lora;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.CheckpointException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Layers with another alpha than the others: PEFT's {@code alpha_pattern}, from the ends of layers' names to numbers. */
final class AlphaPattern {
    private static final int LONGEST = 200;
    private static final int MOST_STEPS = 1_000_000;

    private final Map<Pattern, Double> alphas = new LinkedHashMap<>();

    /** @throws CheckpointException if it isn't one */
    AlphaPattern(JsonNode json, Path file) {
        if (!json.isObject() && !json.isNull() && !json.isMissingNode()) {
            throw refused("from names to numbers", file);
        }
        json.properties().forEach(entry -> {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            boolean number = value.isNumber() && Double.isFinite(value.doubleValue());
            if (!number || key.length() > LONGEST) {
                throw refused("from a pattern of at most " + LONGEST + " characters to a finite number", file);
            }
            try {
                alphas.put(Pattern.compile("(.*\\.)?(" + key + ")"), value.doubleValue());
            } catch (PatternSyntaxException e) {
                throw refused("from regular expressions: " + e.getDescription(), file);
            }
        });
    }

    /** The alpha of the first pattern that a layer's name ends with. */
    Optional<Double> of(String module) {
        return alphas.entrySet().stream()
                .filter(entry -> entry.getKey()
                        .matcher(new BoundedText(module, new int[1]))
                        .matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static CheckpointException refused(String what, Path file) {
        return CheckpointException.of(
                "'alpha_pattern' must lead " + what + ".", file, "save the adapter again by PEFT.");
    }

    /** A text that can't be read for ever: a stranger's pattern might try. */
    private record BoundedText(String text, int[] steps) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps[0] > MOST_STEPS) {
                throw new CheckpointException("A pattern of 'alpha_pattern' takes too long to match.");
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new BoundedText(text.substring(start, end), steps);
        }
    }
}
