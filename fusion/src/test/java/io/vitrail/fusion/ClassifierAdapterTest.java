package io.vitrail.fusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.ImageEmbedder;
import io.vitrail.vit.ImageEmbedder.Options;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.image.Image;
import io.vitrail.vit.image.ImageProcessor;
import io.vitrail.vit.image.Resampling;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A classifier with an adapter of Hugging Face's PEFT that brings its own head, and perhaps its own labels. */
class ClassifierAdapterTest {
    private static final Image PICTURE =
            Image.fromFile(Goldens.folder("blip_caption/base").resolve("photo.png"));

    @TempDir
    private static Path folder;

    private static Path base;
    private static PeftAdapter unnamed;
    private static PeftAdapter named;

    @BeforeAll
    static void copy() throws IOException, URISyntaxException {
        Path golden =
                Path.of(ClassifierAdapterTest.class.getResource("/lora/vit").toURI());
        base = Files.createDirectory(folder.resolve("base"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(golden.resolve(file), base.resolve(file));
        }
        ObjectNode config = (ObjectNode) JsonFile.read(golden.resolve("config.json"));
        int side = config.path("image_size").asInt();
        double[] half = {0.5, 0.5, 0.5};
        ImageProcessor.vit(side, side, Resampling.BILINEAR, half, half).save(base);
        unnamed = PeftAdapter.read(golden.resolve("adapter"));
        Path other = Files.createDirectory(folder.resolve("adapter"));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(golden.resolve("adapter").resolve(file), other.resolve(file));
        }
        ((ObjectNode) config.path("id2label")).put("0", "zero");
        JsonFile.write(other.resolve("config.json"), config);
        named = PeftAdapter.read(other);
    }

    private static double[] probabilities(ImageClassifier classifier) {
        Classification answer = classifier.classify(PICTURE);
        return classifier.labels().stream()
                .mapToDouble(label -> answer.labels().stream()
                        .filter(scored -> scored.label().equals(label))
                        .findFirst()
                        .map(ScoredLabel::probability)
                        .orElseThrow())
                .toArray();
    }

    @Test
    void anAdapterApartAnswersAsOneThatIsMerged() {
        try (ImageClassifier plain = ImageClassifier.load(base);
                ImageClassifier merged = ImageClassifier.loadMerged(base, unnamed, Compute.DEFAULT)) {
            double[] before = probabilities(plain);
            try (ImageClassifier apart = plain.with(unnamed)) {
                assertThat(probabilities(apart)).containsExactly(probabilities(merged), within(1e-5));
                assertThat(probabilities(apart)).isNotEqualTo(before);
                assertThat(apart.labels()).isEqualTo(plain.labels());
            }
            assertThat(probabilities(plain)).isEqualTo(before);
        }
    }

    @Test
    void theAdaptersFolderNamesItsClasses() {
        try (ImageClassifier plain = ImageClassifier.load(base);
                ImageClassifier apart = plain.with(named);
                ImageClassifier merged = ImageClassifier.loadMerged(base, named, Compute.DEFAULT)) {
            assertThat(plain.labels()).doesNotContain("zero");
            assertThat(apart.labels()).startsWith("zero").isEqualTo(merged.labels());
            assertThat(probabilities(apart)).containsExactly(probabilities(merged), within(1e-5));
        }
    }

    @Test
    void vectorsAreTheAdaptersToo() {
        try (ImageEmbedder plain = ImageEmbedder.load(base);
                ImageEmbedder apart = plain.with(unnamed);
                ImageEmbedder merged = ImageEmbedder.loadMerged(base, unnamed, Options.DEFAULT, Compute.DEFAULT)) {
            Embedding adapted = apart.embed(PICTURE);
            assertThat(adapted.cosine(merged.embed(PICTURE))).isCloseTo(1, within(1e-6));
            assertThat(adapted.cosine(plain.embed(PICTURE))).isLessThan(1 - 1e-4);
        }
    }
}
