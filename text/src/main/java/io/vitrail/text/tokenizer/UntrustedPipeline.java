package io.vitrail.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.Check;
import java.util.Base64;

/**
 * Looks through a tokenizer.json for what would make the native library end the process: normalisations that lead out of
 * themselves, texts that grow beyond memory, regular expressions that go back too often.
 */
final class UntrustedPipeline {
    /** With texts of {@link UnicodeText#LONGEST} characters this stays below Oniguruma's ten million steps. */
    private static final long MOST_SCANS = 4;

    private long growth = 1;
    private long scans;

    private UntrustedPipeline() {}

    /**
     * Checks a pipeline.
     *
     * @throws IllegalArgumentException if there is something that could do harm
     */
    static void check(JsonNode pipeline) {
        UntrustedPipeline all = new UntrustedPipeline();
        all.visit(pipeline);
        Check.that(
                all.growth * Math.max(all.scans, 1) <= MOST_SCANS,
                "Its expressions go back over a text %d times, which its replacements may make %d times as long;"
                        + " together at most %d are accepted.",
                all.scans,
                all.growth,
                MOST_SCANS);
    }

    private void visit(JsonNode node) {
        if (node.path("Regex").isTextual()) {
            scans = Math.max(scans, scans(node.path("Regex").asText()));
        }
        if (node.has("precompiled_charsmap") || node.path("type").asText().equals("Precompiled")) {
            CharsMap.read(base64(node.path("precompiled_charsmap").asText()));
        }
        boolean replaces = node.has("pattern") && node.path("content").isTextual();
        long length = replaces ? node.path("content").asText().length() : 1;
        growth = Math.min(growth * Math.max(length, 1), Integer.MAX_VALUE);
        node.forEach(this::visit);
    }

    private static long scans(String pattern) {
        try {
            return PatternCost.scans(pattern);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "A regular expression could stop the program: " + e.getMessage() + " (" + pattern + ").", e);
        }
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The compiled normalisation isn't base64: " + e.getMessage() + ".", e);
        }
    }
}
