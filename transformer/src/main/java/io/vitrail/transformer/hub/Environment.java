package io.vitrail.transformer.hub;

import io.vitrail.transformer.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The variables of the environment that Python's huggingface_hub reads, with its rules. A variable that is set to
 * nothing counts as not set.
 *
 * @param home the user's home, where {@code ~} leads
 */
record Environment(Map<String, String> variables, String home) {
    private static final Logger LOGGER = LoggerFactory.getLogger(Environment.class);
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern REFERENCE = Pattern.compile("\\$(?:(\\w+)|\\{([^}]*)})");
    private static final int LARGEST_TOKEN_FILE = 1 << 16;

    /** That of this process. HOME counts more than the password file, as in Python. */
    static Environment ofProcess() {
        String home = System.getProperty("user.home");
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        return new Environment(System.getenv(), windows ? home : System.getenv().getOrDefault("HOME", home));
    }

    /** The first of these variables that is set. */
    Optional<String> get(String... names) {
        return Stream.of(names)
                .map(variables::get)
                .filter(value -> value != null && !value.isBlank())
                .findFirst();
    }

    /** Whether the first of these variables that is set says yes. */
    boolean flag(String... names) {
        return get(names)
                .filter(value -> TRUE.contains(value.strip().toUpperCase(Locale.ROOT)))
                .isPresent();
    }

    /** A number of seconds; 0 is the default, as in Python. */
    Duration seconds(String name, int otherwise) {
        String text = get(name).map(String::strip).orElse("0");
        Check.that(text.matches("\\d{1,6}"), "%s must be a whole number of seconds, not '%s'.", name, text);
        int seconds = Integer.parseInt(text);
        return Duration.ofSeconds(seconds == 0 ? otherwise : seconds);
    }

    /** Where models lie: HF_HUB_CACHE, or else {@code hub} in HF_HOME, or else in the user's cache folder. */
    Path cache() {
        return path(get("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").orElseGet(() -> hfHome() + "/hub"));
    }

    /** The file that {@code hf auth login} writes. */
    Path tokenFile() {
        return path(get("HF_TOKEN_PATH").orElseGet(() -> hfHome() + "/token"));
    }

    private String hfHome() {
        return get("HF_HOME").orElseGet(() -> get("XDG_CACHE_HOME").orElse("~/.cache") + "/huggingface");
    }

    /** The user's access token, from HF_TOKEN or the file; none if HF_HUB_DISABLE_IMPLICIT_TOKEN says so. */
    Optional<String> token() {
        if (flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        return get("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
                .flatMap(Environment::cleanToken)
                .or(() -> tokenIn(tokenFile()));
    }

    private static Optional<String> tokenIn(Path file) {
        try {
            boolean token = Files.isRegularFile(file) && Files.size(file) <= LARGEST_TOKEN_FILE;
            return token ? cleanToken(Files.readString(file, StandardCharsets.UTF_8)) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOGGER.warn("Without a token for the hub: its file {} can't be read ({}).", file, e.toString());
            return Optional.empty();
        }
    }

    private static Optional<String> cleanToken(String text) {
        return Optional.of(text.replaceAll("[\\r\\n]", "").strip()).filter(token -> !token.isEmpty());
    }

    private Path path(String text) {
        String rest = text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
        String expanded = REFERENCE
                .matcher(rest)
                .replaceAll(match -> Matcher.quoteReplacement(variables.getOrDefault(
                        match.group(1) == null ? match.group(2) : match.group(1), match.group())));
        return Path.of(expanded).toAbsolutePath().normalize();
    }
}
