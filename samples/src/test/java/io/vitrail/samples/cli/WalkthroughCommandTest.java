package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code walkthrough}. */
class WalkthroughCommandTest {
    @TempDir
    private Path folder;

    @Test
    void printsAllSteps() {
        CommandRun run = printed("UTF-8");
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.lines().get(0)).isEqualTo("Self-attention step by step: 写代码的中年人");
        assertThat(run.lines().stream().filter(line -> line.matches("\\d+\\. .*")))
                .hasSize(12);
    }

    @Test
    void tellsWhyATerminalShowsQuestionMarks() {
        CommandRun run = printed("US-ASCII");
        assertThat(run.status()).isZero();
        assertThat(run.err()).startsWith("vitrail: this terminal's encoding, US-ASCII, has no Chinese letters");
    }

    private static CommandRun printed(String encoding) {
        String before = System.setProperty("stdout.encoding", encoding);
        try {
            return CommandRun.of("walkthrough");
        } finally {
            if (before == null) {
                System.clearProperty("stdout.encoding");
            } else {
                System.setProperty("stdout.encoding", before);
            }
        }
    }

    @Test
    void writesAPage() {
        Path page = folder.resolve("page.HTML");
        CommandRun run = CommandRun.of("walkthrough", "--out", page);
        assertThat(run.status()).isZero();
        assertThat(run.lines()).containsExactly(page + ": 12 steps");
        assertThat(page).content().contains("Self-attention step by step");
    }

    @Test
    void itsHelpNamesThePage() {
        CommandRun run = CommandRun.of("help", "walkthrough");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("Usage: vitrail walkthrough ").contains("--out walkthrough.html");
    }

    @Test
    void wrongArgumentsAreRefused() {
        CommandRun ending = CommandRun.of("walkthrough", "--out", "page.pdf");
        assertThat(ending.status()).isEqualTo(2);
        assertThat(ending.err()).contains("--out must end in .html, not page.pdf");
        CommandRun more = CommandRun.of("walkthrough", "sentence");
        assertThat(more.status()).isEqualTo(2);
        Path none = folder.resolve("none");
        CommandRun missing = CommandRun.of("walkthrough", "--out", none.resolve("page.html"));
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("There is no folder '" + none + "'.");
    }
}
