package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code info}, of a tiny checkpoint, the embedded model, and what can't be loaded. */
class InfoCommandTest {
    @TempDir
    private Path folder;

    @Test
    void jsonTellsAllThatIsKnown() throws IOException {
        CommandRun run = CommandRun.of("info", "--json", CHECKPOINT);
        assertThat(run.status()).isZero();
        JsonNode model = run.json().get(0);
        assertThat(model.path("model").asText()).isEqualTo(CHECKPOINT.toString());
        assertThat(model.path("family").asText()).isEqualTo("vit");
        assertThat(model.path("class").asText()).isEqualTo("ViTForImageClassification");
        assertThat(model.path("supported").asBoolean()).isTrue();
        assertThat(model.path("sizes").path("depth").asInt()).isEqualTo(2);
        assertThat(model.path("parameters").asLong())
                .isEqualTo(model.path("weights").path("numbers").path("F32").asLong());
        assertThat(model.path("memory").path("fp32").asLong())
                .isEqualTo(4 * model.path("parameters").asLong())
                .isGreaterThan(model.path("memory").path("bf16").asLong());
        assertThat(model.path("memory").path("pass").asLong()).isPositive();
        assertThat(model.path("tasks")).extracting(JsonNode::asText).containsExactly("classify", "embed", "attention");
        assertThat(model.path("labels").path("count").asInt())
                .isEqualTo(model.path("labels").path("first").size());
        assertThat(model.path("processor").asText()).startsWith("ViTImageProcessor: resize to ");
        assertThat(model.path("licence").isNull()).isTrue();
        assertThat(model.path("files").path("config.json").asLong())
                .isEqualTo(Files.size(CHECKPOINT.resolve("config.json")));
        assertThat(model.path("problems")).isEmpty();
    }

    @Test
    void peopleGetALineForEach() {
        CommandRun run = CommandRun.of("info", CHECKPOINT);
        assertThat(run.status()).isZero();
        assertThat(run.lines())
                .extracting(line -> line.split(" ")[0])
                .containsExactly(
                        "model",
                        "family",
                        "sizes",
                        "parameters",
                        "memory",
                        "tasks",
                        "labels",
                        "weights",
                        "processor",
                        "licence",
                        "files");
        assertThat(run.out()).contains("model.safetensors, ", " F32, ", " in FP32, ", " in BF16; a pass about ");
    }

    @Test
    void withoutAModelItIsTheEmbeddedOne() {
        CommandRun run = CommandRun.of("info");
        assertThat(run.status()).isZero();
        assertThat(run.lines()).contains("model      embedded", "files      in the jar");
        assertThat(run.out()).contains("20: airplane; automobile; bird; cat; deer; …");
    }

    @Test
    void whatCannotBeLoadedIsToldWithTheReason() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"resnet\"}");
        Files.writeString(folder.resolve("README.md"), "---\nlicense: mit\n---\n");
        CommandRun run = CommandRun.of("info", folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines())
                .contains("family     resnet", "weights    not here", "processor  not here", "licence    mit")
                .anyMatch(line -> line.startsWith("problem    Model type 'resnet' is no vision model that is supported"
                        + " here; supported: [beit,"));
        JsonNode model = CommandRun.of("info", "--json", folder).json().get(0);
        assertThat(model.path("supported").asBoolean(true)).isFalse();
        assertThat(model.path("problems")).isNotEmpty();
    }

    @Test
    void aTextModelIsDescribedToo() {
        Path chats = TEXT_TASKS.resolve("chats");
        JsonNode model = CommandRun.of("info", "--json", chats).json().get(0);
        assertThat(model.path("family").asText()).isEqualTo("qwen2");
        assertThat(model.path("class").asText()).isEqualTo("Qwen2ForCausalLM");
        assertThat(model.path("sizes").path("depth").asInt()).isEqualTo(2);
        assertThat(model.path("sizes").path("vocabulary").asInt()).isEqualTo(340);
        assertThat(model.path("tasks")).extracting(JsonNode::asText).containsExactly("generate");
        assertThat(model.path("memory").path("pass").asInt())
                .isEqualTo(2 * 4 * 12 * 2); // a key and a value, two layers
        assertThat(model.path("tokenizer").asText())
                .isEqualTo("340 tokens, eos <|im_end|>, unk <|endoftext|>, pad <|endoftext|>, a chat template");
        assertThat(model.path("problems")).isEmpty();
        for (String task : List.of("stories", "prefixes", "translations", "summaries", "moods", "bert_words")) {
            JsonNode other = CommandRun.of("info", "--json", TEXT_TASKS.resolve(task))
                    .json()
                    .get(0);
            JsonNode numbers = other.path("weights").path("numbers");
            assertThat(other.path("parameters").asLong())
                    .as(task)
                    .isEqualTo(
                            numbers.path("F32").asLong() + numbers.path("F16").asLong())
                    .isPositive();
        }
        CommandRun moods = CommandRun.of("info", TEXT_TASKS.resolve("moods"));
        assertThat(moods.status()).isZero();
        assertThat(moods.lines())
                .contains("tasks      classify, embed", "labels     3: calm; glad; sad")
                .anyMatch(line -> line.matches("memory     weights .* in BF16; about 672 bytes a token"));
    }

    @Test
    void aTextModelWithoutATokenizerIsAProblem() throws IOException {
        Files.writeString(
                folder.resolve("config.json"), "{\"model_type\": \"bert\", \"architectures\": [\"BertModel\"]}");
        CommandRun run = CommandRun.of("info", folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines())
                .contains("family     bert, BertModel", "weights    not here", "tokenizer  not here")
                .anyMatch(line -> line.startsWith("problem    "));
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bert\", \"architectures\": [\"Bart\"]}");
        assertThat(CommandRun.of("info", folder).out())
                .contains("problem    Model type 'bert' has no class 'Bart' here");
    }

    @Test
    void filesThatCannotBeListedAreNamed() {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> InfoCommand.files(none))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("The folder's files can't be listed: java.nio.file.NoSuchFileException: ")
                .hasMessageContaining("\n  file: " + none + "\n  try:  ")
                .hasMessageContaining("HF_HUB_CACHE");
    }

    @Test
    void aModelThatIsNotThereIsAFailure() {
        CommandRun run = CommandRun.of("info", folder.resolve("none"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("vitrail: There is no model folder '");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void largeNumbersAreReadable() {
        assertThat(List.of(0L, 999L, 1000L, 346_270_624L, 5_000_000_000_000L))
                .extracting(Amounts::bytes)
                .containsExactly("0 bytes", "999 bytes", "1.0 kB", "346.3 MB", "5000.0 GB");
        assertThat(Amounts.count(86_567_656)).isEqualTo("86,567,656");
    }
}
