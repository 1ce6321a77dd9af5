package io.vitrail.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples that teach captions and pairs, with tiny models. */
class TeachPicturesTest {
    @TempDir
    private Path folder;

    private Path lines;

    @BeforeEach
    void write() throws IOException, URISyntaxException {
        Path golden = golden("blip_caption/base");
        for (int i = 0; i < 3; i++) {
            Files.copy(golden.resolve(i == 0 ? "photo.png" : "drawing.png"), folder.resolve(i + ".png"));
        }
        lines = Files.writeString(
                folder.resolve("lines.jsonl"),
                """
                {"image": "0.png", "caption": "a cat"}
                {"image": "1.png", "caption": "a dog"}
                {"image": "2.png", "caption": "a car"}
                """);
    }

    private static Path golden(String name) throws URISyntaxException {
        return Path.of(
                TeachPicturesTest.class.getResource("/fusion/goldens/" + name).toURI());
    }

    @Test
    void captions() throws URISyntaxException {
        Path out = folder.resolve("captioner");
        TeachCaptions.teach(golden("blip_caption/base"), lines, out, 1);
        assertThat(out.resolve("model.safetensors")).exists();
    }

    @Test
    void pairs() throws URISyntaxException {
        Path out = folder.resolve("adapter");
        TeachPairs.teach(golden("clip/quick_gelu"), lines, out, 1);
        assertThat(out.resolve("adapter_model.safetensors")).exists();
    }
}
