package io.vitrail.transformer.hub;

import io.vitrail.transformer.Check;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A model on the hub. Names come from users and files, and become paths and addresses; what could lead elsewhere is
 * refused here.
 *
 * @param repository {@code organisation/name}, or a bare name as the oldest models have
 * @param revision a branch, a tag, a commit, or {@code refs/pr/7}
 */
record ModelName(String repository, String revision) {
    private static final String DEFAULT_REVISION = "main";
    private static final int LONGEST = 255;
    private static final Pattern REPOSITORY = Pattern.compile("(?:\\w(?:[\\w.-]{0,94}\\w)?/)?\\w(?:[\\w.-]{0,94}\\w)?");
    private static final Pattern REVISION = Pattern.compile("[\\w+@#%=,./-]+");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    ModelName {
        boolean known = REPOSITORY.matcher(repository).matches()
                && !repository.contains("--")
                && !repository.contains("..")
                && !repository.endsWith(".git");
        Check.that(
                known,
                "%s is no name of a model on the hub.%n"
                        + "  try:  organisation/name as in its address, such as google/vit-base-patch16-224, with"
                        + " @revision if it isn't the main branch; or the path of a folder that exists.",
                HubException.quote(repository));
        boolean safe = REVISION.matcher(revision).matches() && isFile(revision);
        Check.that(
                safe,
                "%s is no revision of a model.%n  try:  a branch, a tag, a commit, or refs/pr/ and a number.",
                HubException.quote(revision));
    }

    /** Reads {@code name} or {@code name@revision}. */
    static ModelName parse(String text) {
        int at = text.indexOf('@');
        return at < 0
                ? new ModelName(text, DEFAULT_REVISION)
                : new ModelName(text.substring(0, at), text.substring(at + 1));
    }

    /** Whether the revision is a whole commit, whose content never changes. */
    boolean isPinned() {
        return isCommit(revision);
    }

    ModelName at(String commit) {
        return new ModelName(repository, commit);
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** Whether this is a relative path, with {@code /} between its parts, that stays in its folder everywhere. */
    static boolean isFile(String name) {
        List<String> parts = List.of(name.split("/", -1));
        return name.length() <= LONGEST
                && name.chars().noneMatch(c -> c < ' ' || c == 0x7f || "\\:*?\"<>|".indexOf(c) >= 0)
                && parts.stream().noneMatch(part -> Stream.of("", ".", "..").anyMatch(part::equals))
                && parts.stream().noneMatch(part -> part.endsWith(" ") || part.endsWith("."));
    }

    static void checkFile(String name) {
        Check.that(isFile(name), "%s is no name of a file in a repository.", HubException.quote(name));
    }

    @Override
    public String toString() {
        return revision.equals(DEFAULT_REVISION) ? repository : repository + "@" + revision;
    }
}
