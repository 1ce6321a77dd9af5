package io.vitrail.samples.cli;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.function.Function;
import java.util.stream.IntStream;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** How a wrong command line is reported: a line that says what is wrong, and one that leads on. */
final class WrongCommandLine implements IParameterExceptionHandler {
    /** A name that needs more isn't what was meant. */
    private static final int MOST_EDITS = 2;

    /**
     * Refuses an argument.
     *
     * @param message a {@link String#format} pattern
     * @throws ParameterException if the condition does not hold
     */
    static void unless(boolean condition, CommandSpec spec, String message, Object... values) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), String.format(message, values));
        }
    }

    /** Reads numbers, and says what a text should have been in place of its Java type. */
    static <T extends Number> ITypeConverter<T> reading(Function<String, T> parse, String what) {
        return text -> {
            try {
                return parse.apply(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not " + what);
            }
        };
    }

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String message = e instanceof UnmatchedArgumentException unmatched ? unmatched(unmatched) : e.getMessage();
        PrintWriter err = e.getCommandLine().getErr();
        err.println("vitrail: " + message);
        if (message.lines().count() == 1) { // else its second line is a remedy
            err.println("see: " + spec.qualifiedName() + " --help");
        }
        err.flush();
        return spec.exitCodeOnInvalidInput();
    }

    private static String unmatched(UnmatchedArgumentException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        String given = e.getUnmatched().get(0);
        if (e.isUnknownOption()) {
            return unknown("option", given.replaceAll("=.*", ""), options(spec));
        }
        return spec.subcommands().isEmpty()
                ? spec.name() + " doesn't know what to do with '" + given + "'"
                : unknown("command", given, spec.subcommands().keySet());
    }

    private static Collection<String> options(CommandSpec spec) {
        return spec.options().stream().map(OptionSpec::longestName).sorted().toList();
    }

    private static String unknown(String kind, String given, Collection<String> known) {
        String nearest = known.stream()
                .filter(name -> name.startsWith(given) || edits(given, name) <= MOST_EDITS)
                .min(Comparator.comparingInt(name -> edits(given, name)))
                .map(name -> " (did you mean " + name + "?)")
                .orElse("");
        return "no " + kind + " named " + given + nearest + "; " + kind + "s: " + String.join(", ", known);
    }

    /** How many letters have to be added, removed or replaced (Levenshtein 1966). */
    private static int edits(String from, String to) {
        int[] row = IntStream.rangeClosed(0, to.length()).toArray(); // of a prefix of from to each prefix of to
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
