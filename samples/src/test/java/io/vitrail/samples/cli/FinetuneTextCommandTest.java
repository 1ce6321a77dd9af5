package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code finetune text} and {@code finetune lm}. */
class FinetuneTextCommandTest {
    private static final Path WORDS = TEXT_TASKS.resolve("bert_words");
    private static final Path TALES = TEXT_TASKS.resolve("tales");

    @TempDir
    private Path folder;

    private static CommandRun finetune(Object... arguments) {
        return CommandRun.of(
                Stream.concat(Stream.of("finetune"), Stream.of(arguments)).toArray());
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Path moods() throws IOException {
        return file(
                "moods.csv",
                IntStream.range(0, 40)
                        .mapToObj(i -> i % 2 == 0 ? "the dog is good,good" : "the cat is bad,bad")
                        .collect(Collectors.joining("\n", "text,label\n", "\n")));
    }

    @Test
    void textLearnsClassesAndResumes() throws IOException {
        Path out = folder.resolve("out");
        Object[] command = {
            "text", "-m", WORDS, "--data", moods(), "--out", out, "--epochs", 4, "--rate", "0.005", "--json"
        };
        CommandRun run = finetune(command);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err()).contains("Learning 2 classes from 36 texts, measuring by 4.", "epoch 4  step 12");
        JsonNode line = run.json().get(0);
        assertThat(line.path("best").path("accuracy").asDouble()).isEqualTo(1);
        assertThat(line.path("best").path("macroF1").asDouble()).isEqualTo(1);
        CommandRun classified = CommandRun.of("classify", "-m", out, "--json", "the dog is good");
        assertThat(classified.json().get(0).path("labels").path(0).path("label").asText())
                .isEqualTo("good");
        assertThat(finetune(command).err()).contains("Going on after step 12.");
    }

    @Test
    void anAdapterIsSavedAndUsed() throws IOException {
        Path out = folder.resolve("out");
        CommandRun run = finetune(
                "text", "-m", WORDS, "--data", moods(), "--out", out, "--epochs", 6, "--rate", "0.02", "--lora", 4);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(out.resolve("adapter_model.safetensors")).exists();
        assertThat(out.resolve("model.safetensors")).doesNotExist();
        CommandRun classified =
                CommandRun.of("classify", "-m", WORDS, "--adapter", out, "--text", "--json", "the dog is good");
        assertThat(classified.status()).as(classified.err()).isZero();
        assertThat(classified.json().get(0).path("labels").path(0).path("label").asText())
                .isEqualTo("good");
    }

    @Test
    void lmLearnsTextsAndItsAdapterWrites() throws IOException {
        Path data = file("a.txt", "the dog is in the house.\n".repeat(40));
        Path out = folder.resolve("out");
        List<Object> command = List.of("lm", "-m", TALES, "--data", data, "--max-tokens", 24, "--epochs", 3);
        CommandRun run =
                finetune(Stream.concat(command.stream(), Stream.of("--out", out, "--lora", 4, "--lora-alpha", 9))
                        .toArray());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err()).containsPattern("Learning from \\d+ rows of tokens, measuring by \\d+");
        assertThat(run.out()).contains("perplexity");
        assertThat(out.resolve("adapter_config.json")).content().contains("\"lora_alpha\" : 9.0");
        CommandRun written = CommandRun.of("generate", "-m", TALES, "--adapter", out, "--max-new-tokens", 4, "the dog");
        assertThat(written.status()).as(written.err()).isZero();
    }

    @Test
    void aSoftPromptIsLearnedAndRead() throws IOException {
        Path data = file("a.jsonl", "{\"prompt\": \"the dog\", \"completion\": \" is good\"}\n".repeat(12));
        Path out = folder.resolve("out");
        CommandRun run = finetune(
                "lm",
                "-m",
                TALES,
                "--data",
                data,
                "--rows",
                "PADDED",
                "--prompt-tokens",
                3,
                "--epochs",
                2,
                "--out",
                out);
        assertThat(run.status()).as(run.err()).isZero();
        CommandRun written = CommandRun.of("generate", "-m", TALES, "--adapter", out, "--max-new-tokens", 4, "the dog");
        assertThat(written.status()).as(written.err()).isZero();
        assertThat(CommandRun.of("classify", "--text", "-m", TALES, "--adapter", out, "a")
                        .err())
                .contains("PROMPT_TUNING");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--lora-alpha 3             | give --lora RANK with the other --lora options",
                "--lora 0                   | The rank must be from 1",
                "--held-out 1               | --held-out must be at least 0 and below 1",
                "--max-tokens 1             | a row must have 2 to",
                "--epochs 1 --steps 2       | give --epochs or --steps, not both",
            })
    void aWrongCommandLineIsTold(String options, String what) throws IOException {
        Stream<Object> all = Stream.concat(
                Stream.of("text", "-m", WORDS, "--data", moods(), "--out", folder.resolve("out")),
                Stream.of(options.strip().split(" ")));
        CommandRun run = finetune(all.toArray());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(what);
    }

    @Test
    void theModelIsNotOverwritten() throws IOException {
        CommandRun run = finetune("text", "-m", WORDS, "--data", moods(), "--out", WORDS);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--out must be another folder than --model");
    }
}
