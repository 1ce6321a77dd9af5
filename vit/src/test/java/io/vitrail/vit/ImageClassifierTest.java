package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two pictures of the golden case vit/classification, from their files to the probabilities of its five classes. */
class ImageClassifierTest {
    private static final Path CHECKPOINT = Goldens.folder("vit/classification");
    private static final Image PHOTO = Image.fromFile(CHECKPOINT.resolve("photo.png"));
    private static final Image DRAWING = Image.fromFile(CHECKPOINT.resolve("drawing.png"));
    private static final List<String> LABELS = List.of("cat", "dog", "car", "tree", "boat");
    private static final int BATCH = VisionCalls.BATCH;

    private static ImageClassifier classifier;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        classifier = ImageClassifier.load(CHECKPOINT);
    }

    @AfterAll
    static void free() {
        classifier.close();
    }

    @Test
    void probabilitiesAreTheSoftmaxOfTheReferencesLogits() {
        List<Classification> results = classifier.classify(List.of(PHOTO, DRAWING));
        for (int picture = 0; picture < 2; picture++) {
            double[] exponentials =
                    Arrays.stream(logits(picture)).map(Math::exp).toArray();
            double sum = Arrays.stream(exponentials).sum();
            for (ScoredLabel label : results.get(picture).labels()) {
                assertThat(label.label()).isEqualTo(LABELS.get(label.index()));
                assertThat(label.probability()).isCloseTo(exponentials[label.index()] / sum, within(1e-5));
            }
        }
    }

    private static double[] logits(int picture) {
        float[] both = Goldens.read("vit/classification")
                .tensors()
                .get("from_files.logits")
                .floats();
        return IntStream.range(0, 5).mapToDouble(i -> both[5 * picture + i]).toArray();
    }

    @Test
    void labelsComeBestFirst() {
        Classification result = classifier.classify(PHOTO);
        assertThat(result.labels())
                .hasSize(5)
                .isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
        assertThat(result.labels().stream()
                        .mapToDouble(ScoredLabel::probability)
                        .sum())
                .isCloseTo(1, within(1e-5));
        assertThat(result.best()).isEqualTo(result.labels().get(0));
        assertThat(result.top(2)).isEqualTo(result.labels().subList(0, 2));
        assertThat(classifier.labels()).isEqualTo(LABELS);
    }

    @Test
    void severalClassesAtOnceHaveAProbabilityEach() throws IOException {
        change(config -> config.put("problem_type", "multi_label_classification"));
        try (ImageClassifier multi = ImageClassifier.load(folder)) {
            for (ScoredLabel label : multi.classify(DRAWING).labels()) {
                double expected = 1 / (1 + Math.exp(-logits(1)[label.index()]));
                assertThat(label.probability()).isCloseTo(expected, within(1e-5));
            }
        }
    }

    @Test
    void aCheckpointMaySayWhenItIsUnsure() throws IOException {
        double best = classifier.classify(PHOTO).best().probability();
        change(config -> config.put("unsure_below", best + 0.001));
        try (ImageClassifier doubting = ImageClassifier.load(folder)) {
            assertThat(doubting.classify(PHOTO).isUnsure()).isTrue();
        }
        assertThat(classifier.classify(PHOTO).isUnsure()).isFalse();
    }

    @Test
    void samplesThatAreNotRescaledAreReadAsNumbers() throws IOException {
        copy("vit/classification", "config.json", "model.safetensors", "preprocessor_config.json");
        Path settings = folder.resolve("preprocessor_config.json");
        ObjectNode json = ((ObjectNode) JsonFile.read(settings)).put("do_normalize", false);
        Files.writeString(settings, json.put("rescale_factor", 1.0).toString());
        try (ImageClassifier floating = ImageClassifier.load(folder)) {
            Files.writeString(settings, json.put("do_rescale", false).toString());
            try (ImageClassifier whole = ImageClassifier.load(folder)) {
                assertThat(whole.classify(PHOTO)).isEqualTo(floating.classify(PHOTO));
            }
        }
    }

    @Test
    void moreThanABatchKeepsItsOrder() {
        List<Image> images = IntStream.range(0, 2 * BATCH + 3)
                .mapToObj(i -> i % 3 == 0 ? PHOTO : DRAWING)
                .toList();
        List<Classification> results = classifier.classify(images);
        assertThat(results).hasSameSizeAs(images);
        Classification photo = classifier.classify(PHOTO);
        Classification drawing = classifier.classify(DRAWING);
        for (int i = 0; i < results.size(); i++) {
            assertSame(results.get(i), i % 3 == 0 ? photo : drawing);
        }
        assertThat(classifier.classify(List.of())).isEmpty();
    }

    @Test
    void aStreamIsReadABatchAtATimeAndOnlyWhenAskedFor() {
        AtomicInteger taken = new AtomicInteger();
        AtomicBoolean closed = new AtomicBoolean();
        Stream<Image> source = Stream.generate(() -> taken.incrementAndGet() % 2 == 1 ? PHOTO : DRAWING)
                .onClose(() -> closed.set(true)); // without end
        try (Stream<Classification> results = classifier.classify(source)) {
            assertThat(taken).hasValue(0);
            Iterator<Classification> iterator = results.iterator();
            Classification first = iterator.next();
            assertThat(taken).hasValue(BATCH);
            for (int i = 1; i < BATCH; i++) {
                iterator.next();
            }
            assertThat(taken).hasValue(BATCH);
            assertSame(iterator.next(), first);
            assertThat(taken).hasValue(2 * BATCH);
        }
        assertThat(closed).isTrue();
    }

    @Test
    void aStreamThatEndsWithinABatchGivesAllItsResults() {
        Stream<Image> source = Collections.nCopies(BATCH + 3, DRAWING).stream();
        assertThat(classifier.classify(source)).hasSize(BATCH + 3);
        assertThat(classifier.classify(Stream.<Image>empty())).isEmpty();
    }

    @Test
    void threadsGetTheSameAnswers() {
        Classification photo = classifier.classify(PHOTO);
        Classification drawing = classifier.classify(DRAWING);
        List<Classification> together = IntStream.range(0, 40)
                .parallel()
                .mapToObj(i -> classifier.classify(i % 2 == 0 ? PHOTO : DRAWING))
                .toList();
        for (int i = 0; i < together.size(); i++) {
            assertThat(together.get(i)).isEqualTo(i % 2 == 0 ? photo : drawing);
        }
    }

    @Test
    void reducedPrecisionChangesProbabilitiesALittle() {
        Compute compute = new Compute(Device.cpu(), Precision.BF16);
        try (ImageClassifier reduced = ImageClassifier.load(CHECKPOINT, compute)) {
            Classification result = reduced.classify(PHOTO);
            for (ScoredLabel label : classifier.classify(PHOTO).labels()) {
                ScoredLabel same = result.labels().stream()
                        .filter(l -> l.index() == label.index())
                        .findFirst()
                        .orElseThrow();
                assertThat(same.probability()).isCloseTo(label.probability(), within(0.03));
            }
        }
    }

    @Test
    void aClosedClassifierSaysSo() {
        ImageClassifier closed = ImageClassifier.load(CHECKPOINT);
        closed.close();
        closed.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> closed.classify(PHOTO))
                .withMessage("The model is closed. Keep it open until the last call has returned.");
        assertThat(closed.labels()).isEqualTo(LABELS);
    }

    @Test
    void aMissingPictureIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classifier.classify(Arrays.asList(PHOTO, null)))
                .withMessage("A picture is missing (null).");
    }

    @Test
    void aModelWithoutAHeadCanNotClassify() throws IOException {
        copy("vit/model", "config.json", "model.safetensors");
        copy("vit/classification", "preprocessor_config.json");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ImageClassifier.load(folder))
                .withMessage("This checkpoint has no classification head, so it can't classify.\n"
                        + "  try:  embed with it, or choose one whose class ends in ForImageClassification.");
    }

    @Test
    void aFolderWithoutACheckpointIsRefusedByName() {
        assertThatThrownBy(() -> ImageClassifier.load(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(folder.toString());
        assertThatThrownBy(() -> ImageClassifier.load(folder.resolve("missing")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(folder.resolve("missing").toString());
    }

    @Test
    void aCheckpointWithoutProcessingIsRefused() throws IOException {
        copy("vit/classification", "config.json", "model.safetensors");
        assertThatThrownBy(() -> ImageClassifier.load(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("preprocessor_config.json");
    }

    private static void assertSame(Classification actual, Classification expected) {
        for (int i = 0; i < expected.labels().size(); i++) {
            ScoredLabel label = expected.labels().get(i);
            assertThat(actual.labels().get(i).label()).isEqualTo(label.label());
            assertThat(actual.labels().get(i).probability()).isCloseTo(label.probability(), within(1e-5));
        }
    }

    /** The checkpoint with another config, in the test's folder. */
    private void change(Consumer<ObjectNode> change) throws IOException {
        copy("vit/classification", "model.safetensors", "preprocessor_config.json");
        ObjectNode config = (ObjectNode) JsonFile.read(CHECKPOINT.resolve("config.json"));
        change.accept(config);
        Files.writeString(folder.resolve("config.json"), config.toString());
    }

    private void copy(String golden, String... files) throws IOException {
        for (String file : files) {
            Files.copy(Goldens.folder(golden).resolve(file), folder.resolve(file));
        }
    }
}
