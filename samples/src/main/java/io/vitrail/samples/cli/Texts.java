package io.vitrail.samples.cli;

import io.vitrail.transformer.Check;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Texts that are given to a command: as arguments, or on standard input. */
final class Texts extends Items<String, String> {
    /** The argument that stands for the lines of standard input. */
    static final String STANDARD_INPUT = "-";

    private static final char UNREADABLE = '\uFFFD';

    Texts(PrintWriter out, PrintWriter err, boolean json) {
        super("text", Function.identity(), out, err, json);
    }

    /**
     * The texts of a command's arguments.
     *
     * @throws IllegalArgumentException if one can't be read as text
     */
    static List<String> named(List<String> arguments) {
        return arguments.stream()
                .flatMap(argument -> argument.equals(STANDARD_INPUT) ? standardInput() : Stream.of(readable(argument)))
                .toList();
    }

    /** Java can't read letters of arguments that the environment's encoding lacks. */
    static String readable(String argument) {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        Check.that(
                argument.indexOf(UNREADABLE) < 0 || Charset.forName(encoding).equals(StandardCharsets.UTF_8),
                "An argument has letters that the environment's encoding, %s, doesn't know.%n"
                        + "  try:  LC_ALL=C.UTF-8, or hand the text in on standard input, with - in its place.",
                encoding);
        return argument;
    }

    private static Stream<String> standardInput() {
        try {
            BufferedReader reader = reader();
            Stream.Builder<String> lines = Stream.builder();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
            return lines.build();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Standard input as UTF-8. */
    static BufferedReader reader() {
        return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()));
    }

    static IllegalArgumentException unreadable(IOException e) {
        return new IllegalArgumentException(
                e instanceof MalformedInputException
                        ? "Standard input is no text in UTF-8.\n  try:  convert it, as by iconv -t UTF-8."
                        : "Standard input can't be read: " + e.getMessage() + ".\n  try:  again.",
                e);
    }
}
