package io.vitrail.samples.cli;

import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a failure says to the user, on one line: what went wrong, and what to do where that is known. */
final class FailureMessage {
    private static final Pattern OF_FILES = Pattern.compile("java\\.nio\\.file\\.(\\w+Exception): ");

    /** What exceptions of the file system say by nothing but their names, before the file. */
    private static final Map<String, String> WORDS = Map.of(
            "AccessDeniedException", "no permission: ",
            "DirectoryNotEmptyException", "this folder isn't empty: ",
            "FileAlreadyExistsException", "a file has that name: ",
            "NoSuchFileException", "there is no such file or folder: ",
            "NotDirectoryException", "this is no folder: ");

    private FailureMessage() {}

    /** An error of the machine, such as no memory, or else the outermost message that there is. */
    static String of(Throwable e) {
        Optional<Error> error = Stream.iterate(e, Objects::nonNull, Throwable::getCause)
                .filter(Error.class::isInstance)
                .map(Error.class::cast)
                .reduce((outer, inner) -> inner);
        return error.map(FailureMessage::ofError)
                .orElseGet(() -> ofException(e))
                .strip()
                .replaceAll("\\s*\\R\\s*", " ");
    }

    private static String inWords(String message) {
        return OF_FILES.matcher(message)
                .replaceAll(found -> Matcher.quoteReplacement(WORDS.getOrDefault(found.group(1), "")));
    }

    private static String ofError(Error e) {
        String what = kind(e);
        if (e instanceof OutOfMemoryError) {
            return "There is not enough memory (" + what
                    + ").\n  try:  smaller pictures, or a larger heap: VITRAIL_JAVA_OPTIONS=-Xmx4g";
        }
        if (e instanceof StackOverflowError) {
            return "The stack is too small (" + what + ").\n  try:  a larger one: VITRAIL_JAVA_OPTIONS=-Xss16m";
        }
        if (e instanceof LinkageError) {
            return "A library can't be loaded (" + what
                    + ").\n  try:  delete what was unpacked of it (~/.djl.ai, ~/.javacpp), or build again.";
        }
        return what + ".\n  try:  again with VITRAIL_TRACE=1, and report what that shows: this shouldn't happen.";
    }

    private static String ofException(Throwable e) {
        String message = Objects.toString(e.getMessage(), "");
        if (e.getCause() != null
                && (message.isBlank() || message.equals(e.getCause().toString()))) {
            return ofException(e.getCause());
        }
        boolean ours = e.getClass().getName().startsWith("io.vitrail")
                || e instanceof IllegalArgumentException
                || e instanceof UncheckedIOException;
        if (ours && !message.isBlank()) {
            return OptionNames.in(inWords(message));
        }
        if (message.contains("can't allocate memory")) { // as libtorch says it
            return "There is not enough memory (" + kind(e) + ").\n  try:  a smaller batch, or a smaller model.";
        }
        return kind(e) + (e.getCause() == null ? "" : " (" + ofException(e.getCause()) + ")");
    }

    /** What a foreign exception says: the first line, since libtorch's others list its own functions. */
    private static String kind(Throwable e) {
        String name = e.getClass().getSimpleName();
        return Objects.toString(e.getMessage(), "")
                .strip()
                .lines()
                .findFirst()
                .map(line -> name + ": " + line)
                .orElse(name);
    }
}
