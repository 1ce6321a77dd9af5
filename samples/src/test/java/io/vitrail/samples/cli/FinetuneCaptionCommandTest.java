package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.FUSION;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code finetune caption} and {@code finetune clip}, and what comes of their adapters. */
class FinetuneCaptionCommandTest {
    private static final Path BLIP = FUSION.resolve("blip_caption/base");
    private static final Path CLIP = FUSION.resolve("clip/quick_gelu");

    @TempDir
    private Path folder;

    private Path data;
    private Path photo;

    @BeforeEach
    void write() throws IOException {
        photo = Files.copy(BLIP.resolve("photo.png"), folder.resolve("photo.png"));
        Files.copy(BLIP.resolve("drawing.png"), folder.resolve("drawing.png"));
        data = Files.writeString(
                folder.resolve("data.jsonl"),
                """
                {"image": "photo.png", "caption": "a cat on the table"}
                {"image": "drawing.png", "captions": ["two dogs are running in the park"]}
                {"image": "gone.png", "caption": "no picture"}
                """);
    }

    private CommandRun finetune(String task, Path model, Object... more) {
        List<Object> command = List.of("finetune", task, "-m", model, "--data", data, "--evaluation", data);
        return CommandRun.of(Stream.concat(command.stream(), Stream.of(more)).toArray());
    }

    @Test
    void captionLearnsAndResumes() {
        Path out = folder.resolve("out");
        Object[] how = {"--out", out, "--epochs", 40, "--evaluate-every", 40, "--rate", "3e-3", "--json"};
        CommandRun run = finetune("caption", BLIP, how);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.err())
                .contains("passed over: " + folder.resolve("gone.png"), "Learning from 2 captions, measuring by 2")
                .contains("epoch 40  step 40");
        JsonNode line = run.json().get(0);
        assertThat(line.path("best").path("ciderD").asDouble()).isGreaterThan(9);
        CommandRun written = CommandRun.of("caption", "-m", out, "--json", photo);
        assertThat(written.json().get(0).path("caption").asText().strip()).isEqualTo("a cat on the table");
        assertThat(finetune("caption", BLIP, how).err()).contains("Going on after step 40.");
    }

    @Test
    void aCaptionersAdapterIsUsed() {
        Path out = folder.resolve("out");
        CommandRun run = finetune(
                "caption",
                BLIP,
                "--out",
                out,
                "--epochs",
                60,
                "--evaluate-every",
                60,
                "--rate",
                "1e-2",
                "--lora",
                8,
                "--measure",
                "loss");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(out.resolve("adapter_model.safetensors")).exists();
        CommandRun written = CommandRun.of("caption", "-m", BLIP, "--adapter", out, "--json", photo);
        assertThat(written.status()).as(written.err()).isZero();
        assertThat(written.json().get(0).path("caption").asText().strip()).isEqualTo("a cat on the table");
    }

    @Test
    void clipLearnsPairsAndItsAdapterIsUsed() {
        Path out = folder.resolve("out");
        CommandRun run = finetune(
                "clip", CLIP, "--out", out, "--epochs", 20, "--rate", "1e-2", "--lora", 4, "--keep", "last", "--json");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.json().get(0).path("best").path("recall@1").asDouble()).isEqualTo(1);
        Object[] asked = {
            "zero-shot",
            photo,
            "-m",
            CLIP,
            "--adapter",
            out,
            "--labels",
            "a cat on the table,two dogs are running in the park",
            "--template",
            "{}",
            "--json"
        };
        CommandRun answered = CommandRun.of(asked);
        assertThat(answered.status()).as(answered.err()).isZero();
        JsonNode best = answered.json().get(0).path("labels").path(0);
        assertThat(best.path("label").asText()).isEqualTo("a cat on the table");
        assertThat(best.path("probability").asDouble()).isGreaterThan(0.6);
    }

    @Test
    void whatIsWrongIsNamed() {
        CommandRun run = finetune("clip", BLIP, "--out", folder.resolve("out"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("Model type 'blip' can't be fine-tuned for this.", "CLIPModel");
        assertThat(finetune("caption", BLIP, "--out", BLIP).err())
                .contains("--out must be another folder than --model");
        assertThat(CommandRun.of("finetune", "clip", "--data", data, "--out", folder)
                        .status())
                .isEqualTo(2);
        CommandRun adapted = CommandRun.of("caption", photo, "-m", BLIP, "--adapter", folder);
        assertThat(adapted.status()).isEqualTo(1);
        assertThat(adapted.err()).contains("adapter_config.json");
    }
}
