package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.FUSION;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code attention IMAGE} with a model that writes about pictures. */
class WordAttentionCommandTest {
    private static final String QUESTION = "what is on the table";

    @TempDir
    private Path folder;

    private static CommandRun attention(String model, Object... more) {
        Path photo = FUSION.resolve(model).resolve("photo.png");
        List<Object> all = new ArrayList<>(List.of("attention", photo, "-m", FUSION.resolve(model)));
        all.addAll(List.of(more));
        return CommandRun.of(all.toArray());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"blip_caption/base", "vision_encoder_decoder/vit_gpt2", "git/base", "blip2/opt", "coca/tasks"})
    void aPageShowsTheWordsOfACaption(String model) throws IOException {
        Path page = folder.resolve("words.html");
        CommandRun run = attention(model, "--out", page);
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo(page + ": where each word came from" + System.lineSeparator());
        assertThat(Files.readString(page)).contains("<html").contains("\"words\":[{");
    }

    @ParameterizedTest
    @CsvSource({
        "blip_vqa/base, true, 4, 4",
        "llava/base, false, 4, 4",
        "smolvlm/base, false, 4, 4",
        "vilt/vqa, true, 4, 5"
    })
    void numbersAreTheWordsOfAnAnswer(String model, boolean readsLooking, int rows, int columns) {
        CommandRun run = attention(model, "--question", QUESTION, "--json");
        assertThat(run.status()).isZero();
        JsonNode line = run.json().get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("file", "question", "text", "words");
        JsonNode first = line.path("words").get(0);
        assertThat(first.path("word").asText().equals("what")).isEqualTo(readsLooking);
        assertThat(first.path("rows").asInt()).isEqualTo(rows);
        assertThat(first.path("columns").asInt()).isEqualTo(columns);
        assertThat(first.path("values")).hasSize(rows * columns);
        JsonNode asked = CommandRun.of(
                        "ask", line.path("file").asText(), QUESTION, "--json", "-m", FUSION.resolve(model))
                .json()
                .get(0);
        assertThat(line.path("text")).isEqualTo(asked.path("answer"));
    }

    @Test
    void wrongOptionsAreAWrongCommandLine() {
        assertWrong(attention("blip_vqa/base", "--json"), "--question Q is missing");
        assertWrong(attention("blip_caption/base", "--json", "--question", "why?"), "--question is for models that");
        assertWrong(attention("clip/quick_gelu", "--json", "--question", "why?"), "--question is for models that");
        assertWrong(attention("git/base", "--json", "--layer", "0"), "--method, --class, --layer and --head");
        assertWrong(attention("git/base", "--out", folder.resolve("map.png")), "--out must end in .html");
    }

    private static void assertWrong(CommandRun run, String error) {
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("vitrail: ").contains(error);
    }
}
