package io.vitrail.text.tokenizer;

import io.vitrail.transformer.Check;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a regular expression can backtrack, told from its form. Oniguruma, which matches those of tokenizer.json,
 * gives up after ten million steps back, and the native library then ends the process.
 *
 * <p>A reader of one expression; not reusable.
 */
final class PatternCost {
    private static final int MOST_STEPS = 4096;
    private static final int MOST_CHOICES = 64; // more count as no bound
    private static final int DEEPEST = 20;
    /** A repetition, and its manner: lazy or possessive. */
    private static final Pattern REPETITION =
            Pattern.compile("(\\*|\\+|\\?|\\{(?=\\d|,\\d)(\\d{0,6})(,(\\d{0,6}))?\\})[?+]?");

    private final String pattern;
    private int at;
    private int depth;

    private PatternCost(String pattern) {
        this.pattern = pattern;
    }

    /**
     * How often an expression may go back over the whole text before it fails.
     *
     * @throws IllegalArgumentException if that grows faster than the text, or can't be judged
     */
    static long scans(String pattern) {
        Steps steps = new PatternCost(pattern).wholePattern().toFail;
        Check.that(!steps.more && steps.constant <= MOST_STEPS, "it tries too many ways before it fails");
        return steps.perCharacter;
    }

    /** A number of steps: constant + perCharacter · length of the text, or more than that. */
    private record Steps(long constant, long perCharacter, boolean more) {
        static final Steps NONE = new Steps(0, 0, false);
        static final Steps ONE = new Steps(1, 0, false);
        static final Steps TEXT = new Steps(0, 1, false);

        Steps plus(Steps other) {
            return bounded(constant + other.constant, perCharacter + other.perCharacter, more || other.more);
        }

        Steps times(Steps other) {
            return bounded(
                    constant * other.constant,
                    constant * other.perCharacter + perCharacter * other.constant,
                    more || other.more || perCharacter * other.perCharacter > 0);
        }

        private static Steps bounded(long constant, long perCharacter, boolean more) {
            boolean large = constant > MOST_STEPS || perCharacter > MOST_STEPS;
            return new Steps(Math.min(constant, MOST_STEPS), Math.min(perCharacter, MOST_STEPS), more || large);
        }
    }

    /**
     * What a part of an expression costs.
     *
     * @param toFail steps of an attempt that fails
     * @param ways in how many ways it can match, each of which is tried if what follows fails
     * @param varies whether it repeats or chooses at all
     * @param canFail whether it must match something
     */
    private record Cost(Steps toFail, Steps ways, boolean varies, boolean canFail) {
        static final Cost NOTHING = new Cost(Steps.NONE, Steps.ONE, false, false);
        static final Cost ONE_CHARACTER = new Cost(Steps.ONE, Steps.ONE, false, true);

        /** Alternatives. */
        Cost or(Cost other) {
            return new Cost(toFail.plus(other.toFail), ways.plus(other.ways), true, canFail && other.canFail);
        }

        /** One after the other: where the second can't fail, the first match counts. */
        Cost then(Cost next) {
            Steps retried = next.canFail ? ways.times(next.toFail) : Steps.NONE;
            return new Cost(
                    toFail.plus(retried), ways.times(next.ways), varies || next.varies, canFail || next.canFail);
        }

        Cost repeated(int from, int to) {
            Check.that(to <= 1 || !varies, "it repeats what itself repeats or chooses");
            Steps repetitions = to > MOST_CHOICES ? Steps.TEXT : new Steps(Math.max(to + 1 - from, 1), 0, false);
            return new Cost(toFail, ways.times(repetitions), true, canFail && from > 0);
        }
    }

    private Cost wholePattern() {
        Cost cost = alternatives();
        Check.that(at == pattern.length(), "it has a ')' too many");
        return cost;
    }

    private Cost alternatives() {
        Check.that(++depth <= DEEPEST, "it is nested too deeply");
        Cost cost = sequence();
        while (at < pattern.length() && pattern.charAt(at) == '|') {
            at++;
            cost = cost.or(sequence());
        }
        depth--;
        return cost;
    }

    private Cost sequence() {
        Deque<Cost> parts = new ArrayDeque<>();
        while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
            parts.push(repeated(atom()));
        }
        Cost cost = Cost.NOTHING;
        for (Cost part : parts) { // the last part first
            cost = part.then(cost);
        }
        return cost;
    }

    private Cost atom() {
        char c = pattern.charAt(at++);
        return switch (c) {
            case '(' -> group();
            case '[' -> characterClass();
            case '\\' -> escape();
            default -> Cost.ONE_CHARACTER;
        };
    }

    private Cost group() {
        boolean looks = next("?=") || next("?!") || next("?<=") || next("?<!");
        if (!looks && next("?")) {
            Check.that(next(":") || next(">") || flags(), "it has a group that isn't supported, at %d", at);
        }
        Cost cost = alternatives();
        Check.that(next(")"), "a ')' is missing");
        return looks ? new Cost(cost.toFail, Steps.ONE, cost.varies, true) : cost;
    }

    private boolean flags() {
        while (at < pattern.length() && "imsx-".indexOf(pattern.charAt(at)) >= 0) {
            at++;
        }
        return next(":");
    }

    private Cost characterClass() {
        int open = 1;
        next("^");
        next("]"); // first in a class it is an ordinary character
        while (open > 0) {
            Check.that(at < pattern.length(), "a ']' is missing");
            char c = pattern.charAt(at++);
            if (c == '\\') {
                at++;
            } else if (c == '[') {
                open++;
            } else if (c == ']') {
                open--;
            }
        }
        return Cost.ONE_CHARACTER;
    }

    private Cost escape() {
        Check.that(at < pattern.length(), "it ends in a '\\'");
        char c = pattern.charAt(at++);
        Check.that("123456789gkKRXyY".indexOf(c) < 0, "it has '\\%s', which isn't supported", c);
        if (c == 'p' || c == 'P' || c == 'x' && at < pattern.length() && pattern.charAt(at) == '{') {
            at = pattern.indexOf('}', at) + 1;
            Check.that(at > 0, "a '}' is missing");
        }
        return Cost.ONE_CHARACTER;
    }

    private Cost repeated(Cost atom) {
        Matcher repetition = REPETITION.matcher(pattern).region(at, pattern.length());
        if (!repetition.lookingAt()) {
            return atom;
        }
        at = repetition.end();
        Check.that(
                !next("*")
                        && !REPETITION
                                .matcher(pattern)
                                .region(at, pattern.length())
                                .lookingAt(),
                "it repeats a repetition");
        String kind = repetition.group(1);
        return switch (kind.charAt(0)) {
            case '*' -> atom.repeated(0, Integer.MAX_VALUE);
            case '+' -> atom.repeated(1, Integer.MAX_VALUE);
            case '?' -> atom.repeated(0, 1);
            default -> atom.repeated(number(repetition.group(2), 0), most(repetition));
        };
    }

    private static int most(Matcher braces) {
        return braces.group(3) == null ? number(braces.group(2), 0) : number(braces.group(4), Integer.MAX_VALUE);
    }

    private static int number(String digits, int otherwise) {
        return digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }

    private boolean next(String expected) {
        boolean is = pattern.startsWith(expected, at);
        at += is ? expected.length() : 0;
        return is;
    }
}
