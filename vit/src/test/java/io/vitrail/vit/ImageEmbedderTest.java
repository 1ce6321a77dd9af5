package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.vitrail.transformer.Embedding;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.vit.ImageEmbedder.Length;
import io.vitrail.vit.ImageEmbedder.Options;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures to vectors, with the checkpoint and the pictures of the golden case vit/classification. */
class ImageEmbedderTest {
    private static final Path CHECKPOINT = Goldens.folder("vit/classification");
    private static final Image PHOTO = Image.fromFile(CHECKPOINT.resolve("photo.png"));
    private static final Image DRAWING = Image.fromFile(CHECKPOINT.resolve("drawing.png"));

    @TempDir
    private Path folder;

    /** The classifier's head, applied to the vectors, has to give the logits that the reference gave. */
    @Test
    void pooledVectorsAreWhatTheReferencesHeadReads() {
        float[] expected = Goldens.read("vit/classification")
                .tensors()
                .get("from_files.logits")
                .floats();
        try (ImageEmbedder embedder = load(Pooling.POOLED, Length.RAW);
                Checkpoint checkpoint = Checkpoint.open(CHECKPOINT)) {
            float[] weight = checkpoint.tensor("classifier.weight").floats(); // [5, 32]
            float[] bias = checkpoint.tensor("classifier.bias").floats();
            List<Embedding> vectors = embedder.embed(List.of(PHOTO, DRAWING));
            for (int picture = 0; picture < 2; picture++) {
                float[] vector = vectors.get(picture).values();
                assertThat(vector).hasSize(32);
                for (int label = 0; label < 5; label++) {
                    float[] row = Arrays.copyOfRange(weight, 32 * label, 32 * label + 32);
                    assertThat(product(row, vector) + bias[label])
                            .isCloseTo(expected[5 * picture + label], within(1e-4));
                }
            }
        }
    }

    @Test
    void vectorsHaveLengthOneUnlessAskedOtherwise() {
        try (ImageEmbedder unit = ImageEmbedder.load(CHECKPOINT);
                ImageEmbedder raw = load(Pooling.POOLED, Length.RAW)) {
            float[] vector = unit.embed(PHOTO).values();
            assertThat(product(vector, vector)).isCloseTo(1, within(1e-5));
            Embedding longer = raw.embed(PHOTO);
            assertThat(longer.normalized().values()).containsExactly(vector, within(1e-6f));
            assertThat(product(longer.values(), longer.values())).isGreaterThan(2);
        }
    }

    @Test
    void poolingChoosesTheClassTokenOrTheMeanOfPatches() {
        try (ImageEmbedder pooled = ImageEmbedder.load(CHECKPOINT);
                ImageEmbedder token = load(Pooling.CLASS_TOKEN, Length.UNIT);
                ImageEmbedder mean = load(Pooling.MEAN, Length.UNIT)) {
            assertThat(token.embed(PHOTO)).isEqualTo(pooled.embed(PHOTO)); // as ViT's head has it
            assertThat(mean.embed(PHOTO).cosine(pooled.embed(PHOTO))).isLessThan(0.99);
        }
    }

    @Test
    void aPictureIsLikeItself() {
        try (ImageEmbedder embedder = ImageEmbedder.load(CHECKPOINT)) {
            Embedding photo = embedder.embed(PHOTO);
            assertThat(photo.cosine(embedder.embed(PHOTO))).isCloseTo(1, within(1e-6));
            assertThat(photo.cosine(embedder.embed(DRAWING))).isLessThan(0.999);
        }
    }

    @Test
    void listsStreamsAndThreadsGiveTheSame() {
        try (ImageEmbedder embedder = ImageEmbedder.load(CHECKPOINT)) {
            List<Image> images = IntStream.range(0, 11)
                    .mapToObj(i -> i % 2 == 0 ? PHOTO : DRAWING)
                    .toList();
            List<Embedding> list = embedder.embed(images);
            try (Stream<Embedding> stream = embedder.embed(images.stream())) {
                assertThat(stream.toList()).isEqualTo(list);
            }
            Embedding photo = embedder.embed(PHOTO);
            assertThat(IntStream.range(0, 20).parallel().mapToObj(i -> embedder.embed(PHOTO)))
                    .containsOnly(photo);
            assertThat(list.get(10).values()).containsExactly(photo.values(), within(1e-5f));
        }
    }

    @Test
    void aModelWithoutAClassTokenSaysSo() throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Goldens.folder("siglip_vision/model").resolve(file), folder.resolve(file));
        }
        Files.copy(
                Goldens.folder("vit/classification").resolve("preprocessor_config.json"),
                folder.resolve("preprocessor_config.json"));
        Options options = new Options(Pooling.CLASS_TOKEN, Length.UNIT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageEmbedder.load(folder, options, Compute.DEFAULT))
                .withMessage(String.format("This model has no class token.%n  try:  the pooling MEAN or POOLED."));
    }

    @Test
    void aClosedEmbedderSaysSo() {
        ImageEmbedder closed = ImageEmbedder.load(CHECKPOINT);
        closed.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> closed.embed(PHOTO))
                .withMessage("The model is closed. Keep it open until the last call has returned.");
    }

    private static ImageEmbedder load(Pooling pooling, Length length) {
        return ImageEmbedder.load(CHECKPOINT, new Options(pooling, length), Compute.DEFAULT);
    }

    private static double product(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> (double) a[i] * b[i])
                .sum();
    }
}
