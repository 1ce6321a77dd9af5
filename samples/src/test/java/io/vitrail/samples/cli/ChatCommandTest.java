package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code chat}, with what is said on standard input. */
class ChatCommandTest {
    private static final Path MODEL = TEXT_TASKS.resolve("chats");

    private static CommandRun chat(String said, Object... options) {
        Object[] all = new Object[options.length + 3];
        System.arraycopy(new Object[] {"chat", "-m", MODEL}, 0, all, 0, 3);
        System.arraycopy(options, 0, all, 3, options.length);
        return CommandRun.reading(said, all);
    }

    @Test
    void answersEachLineAndRemembersTheOthers() {
        CommandRun run = chat("who is there ?\n\nand now?\n", "--json");
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        List<JsonNode> lines = run.json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1).fieldNames())
                .toIterable()
                .containsExactly("prompt", "text", "promptTokens", "tokens", "end");
        assertThat(lines.get(1).path("prompt").asText()).isEqualTo("and now?");
        assertThat(lines.get(1).path("promptTokens").asInt())
                .isGreaterThan(2 * lines.get(0).path("promptTokens").asInt());
        String texts = lines.get(0).path("text").asText()
                + System.lineSeparator()
                + lines.get(1).path("text").asText()
                + System.lineSeparator();
        assertThat(chat("who is there ?\nand now?").out()).isEqualTo(texts);
    }

    @Test
    void talksAboutPictures() {
        Path model = CommandRun.FUSION.resolve("llava/base");
        Object[] asked = {"chat", "-m", model, "--image", model.resolve("photo.png"), "--max-new-tokens", 4, "--json"};
        List<JsonNode> lines = CommandRun.reading("what is this ?\nand <image> ?\nwhy ?\n", asked)
                .json();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1).path("error").asText()).contains("2 places");
        assertThat(lines.get(2).path("promptTokens").asInt())
                .isGreaterThan(lines.get(0).path("promptTokens").asInt());
    }

    @Test
    void picturesAndModelsThatDontFitAreErrors() {
        Path picture = CommandRun.FUSION.resolve("llava/base/photo.png");
        assertThat(chat("hello", "--image", picture).err()).contains("isn't for chats about pictures", "llava");
        assertThat(chat("hello", "--image", "no.png").err()).contains("no such file");
        assertThat(chat("hello", "--image", picture, "--system", "Be short.").status())
                .isEqualTo(2);
    }

    @Test
    void resetForgetsAndExitEnds() {
        List<JsonNode> lines = chat("who is there ?\n/reset\nwho is there ?\n/exit\nand now?\n", "--json")
                .json();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).isEqualTo(lines.get(0));
    }

    @Test
    void anInstructionComesFirstAndStays() {
        List<JsonNode> lines = chat("hello\n/reset\nhello\n", "--json", "--system", "Be short.")
                .json();
        assertThat(lines.get(1)).isEqualTo(lines.get(0));
        assertThat(lines.get(0).path("promptTokens").asInt())
                .isGreaterThan(chat("hello", "--json")
                        .json()
                        .get(0)
                        .path("promptTokens")
                        .asInt());
    }

    @Test
    void beamSearchAnswersInTheEnd() {
        CommandRun run = chat("hello\n", "--beams", 2, "--max-new-tokens", 4);
        assertThat(run.status()).isZero();
        assertThat(run.out()).isNotBlank();
    }

    @Test
    void whatIsNotAnsweredIsReportedAndTheChatGoesOn() {
        Path model = TEXT_TASKS.resolve("tales"); // without a chat template
        CommandRun run = CommandRun.reading("hello\nand now?\n", "chat", "-m", model);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(2).allMatch(line -> line.contains("chat template"));
        assertThat(run.out()).isEmpty();
        JsonNode line = CommandRun.reading("hello\n", "chat", "--json", "-m", model)
                .json()
                .get(0);
        assertThat(line.fieldNames()).toIterable().containsExactly("prompt", "error");
    }
}
