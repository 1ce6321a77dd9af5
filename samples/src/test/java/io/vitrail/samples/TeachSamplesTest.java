package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeachSamplesTest {
    @TempDir
    private Path folder;

    private static Path text(String task) throws URISyntaxException {
        return Path.of(TeachSamplesTest.class.getResource("/text/tasks/" + task).toURI());
    }

    @Test
    void classes() throws Exception {
        String table = "text,label\n" + "the dog is good,good\nthe cat is bad,bad\n".repeat(10);
        Path file = Files.writeString(folder.resolve("moods.csv"), table);
        assertThat(Printed.by(
                        TeachClasses::main,
                        text("bert_words").toString(),
                        file.toString(),
                        folder.resolve("tuned").toString()))
                .hasSize(4)
                .anyMatch(line -> line.matches("epoch 3: \\{accuracy=.*, macroF1=.*, loss=.*}"))
                .anyMatch(line -> line.matches("the (dog|cat) is (good|bad): (good|bad)"));
    }

    @Test
    void aLanguage() throws Exception {
        Path file = Files.writeString(folder.resolve("a.txt"), "the dog is in the house.\n".repeat(100));
        assertThat(Printed.by(
                        TeachALanguage::main,
                        text("tales").toString(),
                        file.toString(),
                        folder.resolve("adapter").toString()))
                .anyMatch(line -> line.startsWith("{perplexity="))
                .anyMatch(line -> line.startsWith("before: "))
                .anyMatch(line -> line.startsWith("after:  "));
    }
}
