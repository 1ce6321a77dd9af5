package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.verify.GoldenTensor;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The text towers of CLIP and SigLIP, which {@code towers.py} recorded: vectors to be compared with pictures'
 * vectors.
 */
class TextTowersTest {
    private static final TextEmbedder.Options RAW = new TextEmbedder.Options(Optional.empty(), TextEmbedder.Length.RAW);

    @TempDir
    private Path folder;

    private static Session<TextEncoder> load(Path folder, String className) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return TextModels.load(checkpoint, className, TextEncoder.class, ReadableOperations.INSTANCE, Device.cpu());
        }
    }

    private static void assertEmbeds(String name, String output) {
        GoldenCase golden = GoldenCase.read(Goldens.folder(name));
        List<String> texts = new ArrayList<>();
        golden.calls().get(0).json().path("text").forEach(text -> texts.add(text.asText()));
        GoldenTensor expected = golden.tensors().get(output);
        int width = (int) expected.shape()[1];
        try (TextEmbedder raw = TextEmbedder.load(golden.folder(), RAW, Compute.DEFAULT);
                TextEmbedder unit = TextEmbedder.load(golden.folder())) {
            List<Embedding> together = raw.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                for (int j = 0; j < width; j++) {
                    float value = expected.floats()[i * width + j];
                    assertThat(together.get(i).values()[j]).isCloseTo(value, within(1e-4f));
                }
                Embedding alone = unit.embed(texts.get(i));
                assertThat(alone.cosine(together.get(i))).isCloseTo(1, within(1e-5));
                assertThat(alone.values())
                        .containsExactly(together.get(i).normalized().values(), within(1e-5f));
            }
        }
    }

    @Test
    void textsOfAWholeClipAreEmbeddedInItsSharedSpace() {
        assertEmbeds("clip_text/whole", "projected.text_embeds");
    }

    @Test
    void textsOfAWholeSiglipAreFilledUpToTheirFullLength() {
        assertEmbeds("siglip_text/whole", "features.pooler_output");
    }

    /** The model sees what texts are filled up with: the tokenizer's padding, as in the reference. */
    @Test
    void theTokenizersPaddingCounts() throws IOException {
        Path whole = Goldens.folder("siglip_text/whole");
        try (Stream<Path> files = Files.list(whole)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        String config = Files.readString(whole.resolve("config.json"));
        Files.writeString(
                folder.resolve("config.json"),
                config.replace("\"projection_size\"", "\"pad_token_id\": 7, \"projection_size\""));
        try (TextEmbedder own = TextEmbedder.load(whole);
                TextEmbedder other = TextEmbedder.load(folder)) {
            assertThat(other.embed("a small cat").values())
                    .containsExactly(own.embed("a small cat").values());
        }
    }

    @Test
    void anotherPoolingCanBeAskedFor() {
        TextEmbedder.Options mean = new TextEmbedder.Options(Optional.of(TextPooling.MEAN), TextEmbedder.Length.UNIT);
        try (TextEmbedder embedder = TextEmbedder.load(Goldens.folder("clip_text/whole"), mean, Compute.DEFAULT);
                TextEmbedder usual = TextEmbedder.load(Goldens.folder("clip_text/whole"))) {
            assertThat(embedder.embed("a small cat").values()).hasSize(24);
            assertThat(usual.embed("a small cat").values()).hasSize(10);
        }
    }

    @Test
    void aTowerWithoutProjectionIsNoProjection() throws IOException {
        Path model = Goldens.folder("clip_text/model");
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(model.resolve(file), folder.resolve(file));
        }
        assertThatThrownBy(() -> load(folder, "CLIPTextModelWithProjection"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Weight 'text_projection.weight' of shape [512, 24] is missing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> load(folder, "SiglipTextModel"))
                .withMessage("Model type 'clip_text_model' has no class 'SiglipTextModel' here; supported:"
                        + " [CLIPTextModel, CLIPTextModelWithProjection].");
    }

    @Test
    void textsLongerThanThePositionsAreRefused() {
        for (String name : List.of("clip_text/model", "siglip_text/model")) {
            String className = name.startsWith("clip") ? "CLIPTextModel" : "SiglipTextModel";
            try (Session<TextEncoder> session = load(Goldens.folder(name), className)) {
                assertThat(session.model().maxTokens()).isEqualTo(11);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> session.run((model, scope, pass) -> model.forward(
                                        scope.create(new long[12], new Shape(1, 12)), pass)
                                .getShape()))
                        .withMessage("A sequence of 12 tokens is longer than the 11 positions.");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> session.run((model, scope, pass) -> model.forward(
                                        scope.create(new long[] {50}, new Shape(1, 1)), pass)
                                .getShape()))
                        .withMessage("Id 50 isn't within the vocabulary of 50.");
            }
        }
    }
}
