package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code info} of checkpoints of pictures and texts. */
class InfoOfPicturesAndTextsTest {
    @TempDir
    private Path folder;

    private static JsonNode info(Path model) {
        return CommandRun.of("info", "--json", model).json().get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            clip/quick_gelu                 | clip                   | zero-shot, search, embed, attention
            siglip/base                     | siglip                 | zero-shot, search, embed, attention
            blip_caption/base               | blip                   | caption
            blip_vqa/base                   | blip                   | ask
            blip_itm/base                   | blip                   | match
            blip2/opt                       | blip-2                 | caption
            llava/base                      | llava                  | caption, ask, chat
            git/base                        | git                    | caption
            vilt/vqa                        | vilt                   | ask
            smolvlm/base                    | smolvlm                | ask, chat
            smolvlm/idefics3                | idefics3               | ask, chat
            vision_encoder_decoder/vit_gpt2 | vision-encoder-decoder | caption, read
            """)
    void everyFamilyIsDescribedAndItsCommandsRun(String name, String family, String tasks) throws IOException {
        Path model = CommandRun.FUSION.resolve(name);
        JsonNode info = info(model);
        assertThat(info.path("problems")).isEmpty();
        JsonNode numbers = info.path("weights").path("numbers");
        assertThat(info.path("family").asText()).isEqualTo(family);
        assertThat(info.path("parameters").asLong())
                .isEqualTo(numbers.path("F32").asLong() + numbers.path("F16").asLong())
                .isPositive();
        assertThat(info.path("memory").path("fp32").asLong())
                .isEqualTo(4 * info.path("parameters").asLong())
                .isGreaterThan(info.path("memory").path("bf16").asLong());
        assertThat(info.path("memory").path("pass").asLong()).isGreaterThan(10_000);
        assertThat(info.path("sizes").path("depth").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(info.path("processor").asText()).contains("resize to ");
        assertThat(info.path("tokenizer").asText()).contains(" tokens, ");
        List<String> commands = new ArrayList<>();
        info.path("tasks").forEach(task -> commands.add(task.asText()));
        assertThat(String.join(", ", commands)).isEqualTo(tasks);
        for (String command : commands) {
            assertThat(run(command, model).status()).as(command).isZero();
        }
    }

    private CommandRun run(String command, Path model) throws IOException {
        Path photo = folder.resolve("photo.png");
        if (!Files.exists(photo)) {
            Files.copy(CommandRun.FUSION.resolve("clip/quick_gelu/photo.png"), photo);
        }
        if (command.equals("chat")) {
            return CommandRun.reading("what is it?\n", command, "--image", photo, "--max-new-tokens", 2, "-m", model);
        }
        List<Object> arguments = new ArrayList<>(List.of(command, command.equals("search") ? folder : photo));
        arguments.addAll(Map.<String, List<Object>>of(
                        "zero-shot", List.of("--labels", "a cat,the car"),
                        "attention", List.of("--out", folder.resolve("heat.jpeg.png")),
                        "caption", List.of("--max-new-tokens", 2),
                        "read", List.of("--max-new-tokens", 2),
                        "ask", List.of("is it red?"),
                        "match", List.of("a cat"),
                        "search", List.of("a cat"))
                .getOrDefault(command, List.of()));
        if (command.equals("caption") && model.endsWith("llava/base")) { // whose prompts say where the picture stands
            arguments.addAll(List.of("--prompt", "USER: <image> what is it?"));
        }
        arguments.addAll(List.of("-m", model));
        return CommandRun.of(arguments.toArray());
    }

    @Test
    void sizesOfTowersBeginWithTheirNames() {
        JsonNode sizes = info(CommandRun.FUSION.resolve("blip_vqa/base")).path("sizes");
        for (String tower : List.of("vision", "encoder", "decoder")) {
            assertThat(sizes.path(tower + ".width").asInt()).as(tower).isEqualTo(32);
            assertThat(sizes.path(tower + ".depth").asInt()).as(tower).isEqualTo(2);
        }
        assertThat(sizes.path("depth").asInt()).isEqualTo(6);
        JsonNode answers = info(CommandRun.FUSION.resolve("vilt/vqa"));
        assertThat(answers.path("labels").path("count").asInt()).isEqualTo(7);
        assertThat(answers.path("sizes").path("patchHeight").asInt()).isEqualTo(8);
    }

    @Test
    void peopleSeeBothReaders() {
        CommandRun run = CommandRun.of("info", CommandRun.FUSION.resolve("blip_caption/base"));
        assertThat(run.status()).isZero();
        assertThat(run.lines())
                .contains("family     blip, BlipForConditionalGeneration", "tasks      caption")
                .anyMatch(line -> line.startsWith("processor  BlipImageProcessor: "))
                .anyMatch(line -> line.startsWith("tokenizer  322 tokens, "))
                .anyMatch(line -> line.matches("memory     .* a pass about .* kB a picture, about 512 bytes a token"));
    }

    @Test
    void whatCannotBeLoadedSaysWhy() throws IOException {
        Path blip = CommandRun.FUSION.resolve("blip_caption/base");
        for (String file : List.of("config.json", "preprocessor_config.json", "tokenizer.json", "vocab.txt")) {
            Files.copy(blip.resolve(file), folder.resolve(file));
        }
        assertThat(CommandRun.of("info", folder).lines()).contains("weights    not here");
        Files.copy(CommandRun.FUSION.resolve("git/base/model.safetensors"), folder.resolve("model.safetensors"));
        CommandRun run = CommandRun.of("info", folder);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).anyMatch(line -> line.startsWith("problem    ") && line.contains("missing"));
        Files.writeString(
                folder.resolve("config.json"), "{\"model_type\": \"blip\", \"architectures\": [\"BlipOther\"]}");
        assertThat(CommandRun.of("info", folder).out())
                .contains("problem    Model type 'blip' has no class 'BlipOther' here");
    }

    @Test
    void aTowerAloneIsAVisionModel() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"clip\", \"architectures\": [\"CLIPVisionModelWithProjection\"]}");
        assertThat(CommandRun.of("info", folder).out()).doesNotContain("tokenizer");
    }
}
