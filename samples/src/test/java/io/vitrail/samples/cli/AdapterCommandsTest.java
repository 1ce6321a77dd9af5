package io.vitrail.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.lora.Adapters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command that runs one model takes an adapter of it. */
class AdapterCommandsTest {
    private static final Path PHOTO = CommandRun.FUSION.resolve("blip_itm/base/photo.png");
    private static final String TEXT = "the cat is on the table";

    @TempDir
    private Path folder;

    static Stream<Arguments> commands() {
        Path texts = CommandRun.TEXT_TASKS;
        Path pictures = CommandRun.FUSION;
        return Stream.of(
                Arguments.of(texts.resolve("moods"), "query", List.of("classify", "--text", TEXT)),
                Arguments.of(texts.resolve("bert_words"), "query", List.of("fill-mask", "the [MASK] is on the table")),
                Arguments.of(texts.resolve("bert_entities"), "query", List.of("tag", TEXT)),
                Arguments.of(
                        texts.resolve("bert_answers"), "query", List.of("ask", "--text", TEXT, "where is the cat")),
                Arguments.of(texts.resolve("vectors"), "query", List.of("embed", "--text", TEXT)),
                Arguments.of(texts.resolve("translations"), "_proj", List.of("text2text", TEXT)),
                Arguments.of(texts.resolve("stories"), "c_fc", List.of("generate", "once")),
                Arguments.of(pictures.resolve("blip_itm/base"), "query", List.of("match", PHOTO, "a cat")),
                Arguments.of(pictures.resolve("blip_vqa/base"), "query", List.of("ask", PHOTO, "what is it?")),
                Arguments.of(
                        pictures.resolve("clip/quick_gelu"), "q_proj", List.of("zero-shot", PHOTO, "--labels", "a,b")),
                Arguments.of(pictures.resolve("vision_encoder_decoder/vit_trocr"), "_proj", List.of("read", PHOTO)),
                Arguments.of(pictures.resolve("vision_encoder_decoder/vit_trocr"), "_proj", List.of("caption", PHOTO)),
                Arguments.of(
                        pictures.resolve("smolvlm/base"),
                        "q_proj",
                        List.of("chat", "--image", PHOTO, "--max-new-tokens", "8")));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void answersOtherwiseWithAnAdapterAndRefusesThatOfAnotherModel(Path model, String layers, List<Object> command) {
        String plain = answer(model, command);
        Adapters.of(model, layers, 1, folder.resolve("own"));
        assertThat(answer(model, with(command, "own"))).isNotEqualTo(plain);
        Adapters.of(CommandRun.CHECKPOINT, "query", 1, folder.resolve("foreign"));
        CommandRun run = run(model, with(command, "foreign"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("vitrail: ").contains("try:");
    }

    private List<Object> with(List<Object> command, String adapter) {
        List<Object> all = new ArrayList<>(command);
        all.addAll(List.of("--adapter", folder.resolve(adapter)));
        return all;
    }

    private static String answer(Path model, List<Object> command) {
        CommandRun run = run(model, command);
        assertThat(run.status()).as(run.err()).isZero();
        return run.out();
    }

    private static CommandRun run(Path model, List<Object> command) {
        List<Object> all = new ArrayList<>(command);
        all.addAll(List.of("--model", model, "--json"));
        return CommandRun.reading("why ?\n", all.toArray());
    }
}
