package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code attention TEXT}; the BERT has 2 layers of 3 heads, and so has the translator. */
class TextAttentionCommandTest {
    private static final String TEXT = "The <b>cat</b>";

    @TempDir
    private Path folder;

    private static CommandRun attention(String model, Object... arguments) {
        Object[] all = new Object[arguments.length + 3];
        all[0] = "attention";
        all[1] = "--model";
        all[2] = TEXT_TASKS.resolve(model);
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return CommandRun.of(all);
    }

    @Test
    void writesAPageOfAllMaps() throws IOException {
        Path page = folder.resolve("page.html");
        CommandRun run = attention("bert_words", TEXT, "--out", page);
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.lines()).containsExactly(page + ": all maps");
        assertThat(Files.readString(page))
                .contains("\"text\":\"The \\u003cb>cat\\u003c/b>\"", "\"name\":\"Reading\"")
                .doesNotContain("<b>", "\"layer\":", "\"target\":");
    }

    @Test
    void thePageBeginsWithTheLayerAndHeadAskedFor() throws IOException {
        Path page = folder.resolve("page.html");
        CommandRun run = attention(
                "translations", "The cat sat", "-o", page, "--layer", "0", "--head", "2", "--target", "Die Katze");
        assertThat(run.status()).isZero();
        assertThat(Files.readString(page))
                .contains("\"target\":\"Die Katze\",\"layer\":0,\"head\":2,\"stacks\":[{\"name\":\"Reading\"")
                .contains("\"name\":\"Writing\"", "\"name\":\"Asking the text that was read\"");
    }

    @Test
    void jsonHoldsTokensAndWeights() {
        JsonNode mean = attention("bert_words", TEXT, "--json").json().get(0);
        assertThat(mean.fieldNames()).toIterable().containsExactly("text", "layer", "queries", "keys", "values");
        assertThat(mean.path("layer").asInt()).isEqualTo(1);
        assertThat(mean.path("queries")).isEqualTo(mean.path("keys"));
        assertThat(mean.path("queries").get(0).asText()).isEqualTo("[CLS]");
        assertThat(mean.path("values")).hasSameSizeAs(mean.path("queries"));
        JsonNode head = attention("bert_words", TEXT, "--json", "--layer", "1", "--head", "0")
                .json()
                .get(0);
        assertThat(head.path("head").asInt(-1)).isZero();
        assertThat(head.path("values")).isNotEqualTo(mean.path("values"));
        double sum = 0;
        for (JsonNode share : head.path("values").get(2)) {
            sum += share.asDouble();
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
    }

    @Test
    void jsonOfATranslatorIsWhatTheWrittenTextAsks() {
        JsonNode line = attention("translations", "The cat sat", "--json", "--target", "Die")
                .json()
                .get(0);
        assertThat(line.path("target").asText()).isEqualTo("Die");
        assertThat(line.path("queries").get(0).asText()).isEqualTo("<pad>");
        assertThat(line.path("keys").get(line.path("keys").size() - 1).asText()).isEqualTo("</s>");
        assertThat(line.path("values").get(0)).hasSameSizeAs(line.path("keys"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cat                          | --out FILE.png, --out FILE.html or --json is missing",
                "cat --out heat.png           | --out must end in .html for a text, not heat.png",
                "cat --out heat.html --json   | a page holds all numbers: leave out --json, or --out",
                "cat --json --method rollout  | --method and --class are for pictures",
                "cat --json --class dog       | --method and --class are for pictures",
                "cat --json --precision bf16  | attention is computed in FP32: leave out --precision",
            })
    void optionsThatDontFitAreAWrongCommandLine(String arguments, String message) {
        CommandRun run = attention("bert_words", (Object[]) arguments.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aFileIsNoText() {
        CommandRun file = attention("bert_words", "images/chelsea.jpg", "--json");
        assertThat(file.status()).isEqualTo(2);
        assertThat(file.err()).contains("the model reads texts, but 'images/chelsea.jpg' is a file");
        assertThat(attention("bert_words", "images/chelsea.jpg", "--json", "--text")
                        .status())
                .isZero();
    }

    @Test
    void aTextNeedsAModelAndAPictureHasNoTarget() {
        CommandRun text = CommandRun.of("attention", "cat", "--text", "--json");
        assertThat(text.status()).isEqualTo(2);
        assertThat(text.err()).contains("--text needs --model M, a model that reads texts: none is embedded");
        CommandRun picture = CommandRun.of("attention", "cat.jpg", "--target", "dog", "--json");
        assertThat(picture.status()).isEqualTo(2);
        assertThat(picture.err()).contains("--target is for texts");
    }

    @Test
    void whatIsntThereFailsWithItsReason() {
        CommandRun layer = attention("bert_words", TEXT, "--json", "--layer", "2");
        assertThat(layer.status()).isEqualTo(1);
        assertThat(layer.json().get(0).path("error").asText()).isEqualTo("This model has layers 0 to 1, not 2.");
        CommandRun page = attention("bert_words", TEXT, "--out", folder.resolve("a.html"), "--head", "3");
        assertThat(page.status()).isEqualTo(1);
        assertThat(page.err())
                .isEqualToIgnoringNewLines("vitrail: '" + TEXT + "': This layer has heads 0 to 2, not 3.");
        CommandRun target = attention("bert_words", TEXT, "--json", "--target", "Katze");
        assertThat(target.json().get(0).path("error").asText()).startsWith("This model has one text only");
        CommandRun pictures = CommandRun.of("attention", "cat", "--text", "--model", CommandRun.CHECKPOINT, "--json");
        assertThat(pictures.status()).isEqualTo(1);
        assertThat(pictures.err())
                .startsWith("vitrail: Model type 'vit' is no text model that is supported here; supported: [");
        CommandRun far = attention("bert_words", TEXT, "--out", folder.resolve("none/a.html"));
        assertThat(far.err()).contains("There is no folder '" + folder.resolve("none") + "'.");
    }
}
