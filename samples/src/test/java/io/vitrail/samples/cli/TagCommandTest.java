package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code tag TEXT…}. */
class TagCommandTest {
    private static final Path MODEL = TEXT_TASKS.resolve("bert_entities");
    private static final String TEXT = "Ada Lovelace was on the table";

    @Test
    void namesTheTextThenItsParts() {
        CommandRun run = CommandRun.of("tag", TEXT, "-m", MODEL, "--aggregation", "first");
        assertThat(run.status()).isZero();
        assertThat(run.lines()).first().isEqualTo(TEXT);
        assertThat(run.lines().subList(1, run.lines().size()))
                .isNotEmpty()
                .allMatch(line -> line.matches(" {2,4}\\d{1,2}\\.\\d %  (PER|LOC|ORG|MISC)  .+"));
    }

    @Test
    void jsonHasThePlacesOfTheParts() {
        JsonNode line = CommandRun.of("tag", "--json", TEXT, "-m", MODEL).json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("text", "entities");
        assertThat(line.path("entities")).isNotEmpty().allSatisfy(entity -> {
            assertThat(entity.fieldNames())
                    .toIterable()
                    .containsExactly("label", "probability", "word", "start", "end");
            assertThat(entity.path("word").asText())
                    .isEqualTo(TEXT.substring(
                            entity.path("start").asInt(), entity.path("end").asInt()));
        });
    }

    @Test
    void longTextsAreReadWholeIfAsked() {
        String text = "Ada was on the table. ".repeat(40);
        int read = CommandRun.of("tag", "--json", text, "-m", MODEL)
                .json()
                .get(0)
                .path("entities")
                .size();
        int all = CommandRun.of("tag", "--json", "--stride", 4, text, "-m", MODEL)
                .json()
                .get(0)
                .path("entities")
                .size();
        assertThat(all).isGreaterThan(2 * read);
    }

    @Test
    void aStrideNeedsAnAggregation() {
        CommandRun run = CommandRun.of("tag", "--stride", 4, "--aggregation", "NONE", TEXT, "-m", MODEL);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: --stride needs another --aggregation\n");
        assertThat(CommandRun.of("tag", "--stride", -1, TEXT, "-m", MODEL).err())
                .startsWith("vitrail: --stride can't be -1\n");
    }
}
