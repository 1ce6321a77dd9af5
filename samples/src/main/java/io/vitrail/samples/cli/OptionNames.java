package io.vitrail.samples.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Names of the command line in place of Java's, in what the library says. */
final class OptionNames {
    private static final Map<Pattern, String> NAMES = new LinkedHashMap<>();

    static {
        // what has no option isn't proposed
        put(", or a larger maxLength", "");
        put("sample\\(true\\), beams\\(2\\), topK\\(0\\) or unsupported\\(Map\\.of\\(\\)\\)", "--sample or --beams 2");
        put(" or unsupported\\(Map\\.of\\(\\)\\)", "");
        put("unsupported\\(Map\\.of\\(\\)\\)", "a copy of the model without that key in its generation_config.json");
        put("set decoderStart or bos", "its generation_config.json needs a decoder_start_token_id");
        put("sample\\(true\\)", "--sample");
        put("sample\\(false\\)", "--no-sample");
        put("beams\\((\\d+)\\)", "--beams $1");
        put("\\b(beams|temperature) must\\b", "--$1 must");
        put("\\bmaxNewTokens\\b", "--max-new-tokens");
        put("\\bminNewTokens\\b", "--min-new-tokens");
        put("\\btopK\\b", "--top-k");
        put("\\btopP\\b", "--top-p");
        put("\\bminP\\b", "--min-p");
        put("\\blengthPenalty\\b", "--length-penalty");
        put("\\brepetitionPenalty\\b", "--repetition-penalty");
        put("\\breturnedSequences\\b", "--variants");
        put("\\breturned sequences?\\b", "variants");
        put("SearchOptions\\.withIndex", "--index PLACE");
        put("ImageSearch\\.rebuild", "--rebuild");
    }

    private OptionNames() {}

    private static void put(String java, String option) {
        NAMES.put(Pattern.compile(java), option);
    }

    /** A message with the options of the command line. */
    static String in(String message) {
        String told = message;
        for (Map.Entry<Pattern, String> name : NAMES.entrySet()) {
            told = name.getKey().matcher(told).replaceAll(name.getValue());
        }
        return told;
    }
}
