package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples that show how attention works. */
class AttentionSamplesTest {
    @TempDir
    private Path folder;

    @Test
    void followOneSentencePrintsEveryStepAndWritesAPage() throws Exception {
        Path page = folder.resolve("page.html");
        assertThat(Printed.by(FollowOneSentence::main, page.toString()))
                .contains("Self-attention step by step: 写代码的中年人", "12. Feed-forward, and the layer is done");
        assertThat(page).content().contains("Feed-forward, and the layer is done");
        assertThat(Printed.by(FollowOneSentence::main)).hasSizeGreaterThan(200);
    }

    @Test
    void showWhatTokensTakeWritesAPage() throws Exception {
        Path model = Path.of(
                AttentionSamplesTest.class.getResource("/text/tasks/bert_words").toURI());
        Path page = folder.resolve("page.html");
        assertThat(Printed.by(ShowWhatTokensTake::main, model.toString(), "The cat", page.toString()))
                .isEmpty();
        assertThat(Files.readString(page)).contains("\"text\":\"The cat\"");
    }
}
