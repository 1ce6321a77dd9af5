package io.vitrail.fusion.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Splits captions into the tokens that captioning results are counted in: words as the Penn Treebank splits them
 * ({@code isn't} is {@code is n't}, {@code dog's} is {@code dog 's}), in lower case, without punctuation. It gives
 * what the PTBTokenizer of the COCO caption evaluation gives for ordinary captions; docs/metrics.md says where they
 * differ. No state.
 */
public final class CaptionTokenizer {
    private static final String ABBREVIATIONS = String.join(
            "|",
            "mr|mrs|ms|dr|prof|gen|sen|rev|capt|col|sgt|lt|gov|jr|sr",
            "st|ave|blvd|rd|mt|ft|ky|co|inc|ltd|corp|dept|univ|bros|vs|etc",
            "jan|feb|mar|apr|jun|jul|aug|sept|oct|nov|dec|no(?=\\.\\s*\\d)");

    /** A word and its inner points, slashes and hyphens; an apostrophe, too, unless a clitic begins with it. */
    private static final String WORD = "[\\p{L}\\p{M}\\p{N}]++"
            + "(?:[-/._][\\p{L}\\p{M}\\p{N}]++|'(?!(?:s|m|d|re|ve|ll)(?![\\p{L}\\p{N}]))[\\p{L}\\p{M}\\p{N}]++)*+";

    /** Alternatives, in the order of being tried. */
    private static final Pattern TOKEN = Pattern.compile(
            String.join(
                    "|",
                    "-[lr][rsc]b-", // brackets of a caption that was split before
                    "(?:https?://|www\\.)[^\\s\\p{Z}]++", // addresses
                    "(?<![\\w.])\\w[\\w.]*+@\\w++(?:[.-]\\w++)++",
                    "[#@][\\p{L}_]\\w*+",
                    "\\d++(?::\\d++)++", // times
                    "(?<![\\p{L}\\p{N}])[-+]?\\.?\\d++(?:[.,]\\d++)++(?![\\p{L}\\p{N}])", // numbers with separators
                    "(?<![\\p{L}\\p{N}])(?:[-+]|\\.)\\d++(?![\\p{L}\\p{N}])",
                    "n't(?!\\p{L})", // clitics
                    "'(?:s|m|d|re|ve|ll|em|til|cause|t(?= is| was)|n'|\\d\\ds)(?![\\p{L}\\p{N}])",
                    "(?:" + ABBREVIATIONS + ")\\.(?!\\p{L})",
                    "(?:\\p{L}\\.){2,}+(?!\\p{L})", // acronyms
                    "(?!i)\\p{L}\\.(?!\\p{L})", // initials
                    WORD,
                    "[!?]++",
                    "[^\\s\\p{Z}\\p{C}]"),
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    /** Where words that are written as one are two. */
    private static final Pattern SEAM = Pattern.compile(
            "(?<=\\p{L})(?=n't(?!\\p{L}))"
                    + "|(?<=\\bcan)(?=not\\b)|(?<=\\b(?:gon|wan))(?=na\\b)|(?<=\\bgot)(?=ta\\b)|(?<=\\b(?:gim|lem))(?=me\\b)"
                    + "|(?<='t)(?=(?:is|was)\\b)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern APOSTROPHE = Pattern.compile("[\u2018\u2019]");

    private static final Set<String> PUNCTUATION =
            Set.of(".", "?", "!", ",", ":", ";", "-", "'", "`", "\"", "\u201C", "\u201D", "\u2013", "\u2014", "\u2026");

    private static final Map<String, String> BRACKETS =
            Map.of("(", "-lrb-", ")", "-rrb-", "[", "-lsb-", "]", "-rsb-", "{", "-lcb-", "}", "-rcb-");

    private CaptionTokenizer() {}

    /** The tokens of a caption; none if it holds nothing but punctuation. No token holds a blank. */
    public static List<String> tokens(String caption) {
        String plain = APOSTROPHE.matcher(caption).replaceAll("'");
        return TOKEN.matcher(SEAM.matcher(plain).replaceAll(" "))
                .results()
                .map(MatchResult::group)
                .filter(token -> !PUNCTUATION.contains(token))
                .map(token -> BRACKETS.getOrDefault(token, token.toLowerCase(Locale.ROOT)))
                .toList();
    }
}
