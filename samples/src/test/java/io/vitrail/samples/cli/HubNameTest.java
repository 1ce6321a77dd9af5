package io.vitrail.samples.cli;

import static io.vitrail.samples.cli.CommandRun.CHECKPOINT;
import static io.vitrail.samples.cli.CommandRun.FUSION;
import static io.vitrail.samples.cli.CommandRun.TEXT_TASKS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vitrail.transformer.hub.Faults;
import io.vitrail.transformer.hub.HubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --model} with a name of the hub, in a JVM whose environment says where the cache is, mostly offline. */
class HubNameTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path cache;

    @Test
    void aModelThatIsInTheCacheServesByItsName() throws IOException, InterruptedException {
        Path model = cache.resolve("models--tiny--vit");
        Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(COMMIT));
        for (String file : List.of("config.json", "model.safetensors", "preprocessor_config.json")) {
            Files.copy(CHECKPOINT.resolve(file), snapshot.resolve(file));
        }
        Files.writeString(Files.createDirectories(model.resolve("refs")).resolve("main"), COMMIT);
        Path photo = CHECKPOINT.resolve("photo.png");
        Path out = cache.resolve("out.txt");
        assertThat(run(out, "classify", "--json", "--model", "tiny/vit", photo.toString()))
                .isZero();
        assertThat(Files.readString(out))
                .isEqualTo(CommandRun.of("classify", "--json", "--model", CHECKPOINT, photo)
                        .out());
    }

    @Test
    void aTextModelServesByItsNameToo() throws IOException, InterruptedException {
        Path model = cache.resolve("models--tiny--tales");
        Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(COMMIT));
        for (String file : List.of(
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json")) {
            Files.copy(TEXT_TASKS.resolve("tales").resolve(file), snapshot.resolve(file));
        }
        Files.writeString(Files.createDirectories(model.resolve("refs")).resolve("main"), COMMIT);
        Path out = cache.resolve("out.txt");
        assertThat(run(out, "generate", "a cat", "--max-new-tokens", "5", "--model", "tiny/tales"))
                .isZero();
        assertThat(Files.readString(out))
                .isEqualTo(CommandRun.of("generate", "a cat", "--max-new-tokens", 5, "-m", TEXT_TASKS.resolve("tales"))
                        .out());
        assertThat(run(out, "info", "tiny/tales")).isZero();
        assertThat(Files.readString(out)).contains("family     llama, LlamaForCausalLM", "tokenizer  421 tokens");
    }

    @Test
    void aModelOfPicturesAndTextsServesByItsNameToo() throws IOException, InterruptedException {
        Path blip = FUSION.resolve("blip_caption/base");
        Path model = cache.resolve("models--tiny--blip");
        Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(COMMIT));
        for (String file : List.of(
                "config.json",
                "model.safetensors",
                "preprocessor_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "vocab.txt")) {
            Files.copy(blip.resolve(file), snapshot.resolve(file));
        }
        Files.writeString(Files.createDirectories(model.resolve("refs")).resolve("main"), COMMIT);
        Path photo = blip.resolve("photo.png");
        Path out = cache.resolve("out.txt");
        assertThat(run(out, "caption", "--json", "--model", "tiny/blip", photo.toString()))
                .isZero();
        assertThat(Files.readString(out))
                .isEqualTo(CommandRun.of("caption", "--json", "--model", blip, photo)
                        .out());
    }

    @Test
    void whatTheCacheLacksIsFetched() throws IOException, InterruptedException {
        Path blip = FUSION.resolve("blip_vqa/base");
        String commit = HubServer.commit(1);
        Path photo = blip.resolve("photo.png");
        Path out = cache.resolve("out.txt");
        try (HubServer hub = new HubServer().revision("tiny/blip", "main", commit)) {
            for (String file : List.of("config.json", "preprocessor_config.json", "tokenizer.json", "vocab.txt")) {
                hub.file("tiny/blip", commit, file, Files.readAllBytes(blip.resolve(file)), false);
            }
            byte[] weights = Files.readAllBytes(blip.resolve("model.safetensors"));
            hub.file("tiny/blip", commit, "model.safetensors", weights, true);
            hub.next("storage GET", Faults.cutAfter(10_000));
            Map<String, String> online =
                    Map.of("HF_HUB_CACHE", cache.toString(), "HF_ENDPOINT", hub.address(), "NO_PROXY", "127.0.0.1");
            assertThat(run(out, online, "ask", photo.toString(), "what is it?", "--json", "-m", "tiny/blip"))
                    .isZero();
        }
        assertThat(Files.readString(out))
                .isEqualTo(CommandRun.of("ask", photo, "what is it?", "--json", "-m", blip)
                        .out());
    }

    @Test
    void infoNeedsNoWeights() throws IOException, InterruptedException {
        Path model = cache.resolve("models--tiny--vit");
        Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(COMMIT));
        for (String file : List.of("config.json", "preprocessor_config.json")) {
            Files.copy(CHECKPOINT.resolve(file), snapshot.resolve(file));
        }
        Files.writeString(Files.createDirectories(model.resolve("refs")).resolve("main"), COMMIT);
        Path out = cache.resolve("out.txt");
        assertThat(run(out, "info", "tiny/vit")).isZero();
        assertThat(Files.readString(out))
                .startsWith("model      tiny/vit")
                .contains("family     vit, ViTForImageClassification")
                .contains("weights    not here");
    }

    @Test
    void aModelThatIsNotSaysWhatToDo() throws IOException, InterruptedException {
        Path out = cache.resolve("out.txt");
        assertThat(run(out, "classify", "--model", "tiny/none", "photo.png")).isEqualTo(1);
        assertThat(Files.readString(cache.resolve("err.txt")))
                .contains("tiny/none")
                .contains("HF_HUB_OFFLINE");
    }

    private int run(Path out, String... arguments) throws IOException, InterruptedException {
        return run(out, Map.of("HF_HUB_CACHE", cache.toString(), "HF_HUB_OFFLINE", "1"), arguments);
    }

    private int run(Path out, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Vitrail.class.getName()));
        line.addAll(List.of(arguments));
        ProcessBuilder program = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(cache.resolve("err.txt").toFile());
        program.environment().putAll(environment);
        return program.start().waitFor();
    }
}
