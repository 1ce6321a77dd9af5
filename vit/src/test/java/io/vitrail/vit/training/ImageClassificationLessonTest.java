package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.training.Confusion;
import io.vitrail.transformer.training.Evaluation;
import io.vitrail.transformer.training.FineTuner;
import io.vitrail.transformer.training.FineTuning;
import io.vitrail.transformer.training.FineTuningBuilder;
import io.vitrail.transformer.training.Span;
import io.vitrail.transformer.training.TrainingHistory;
import io.vitrail.transformer.training.TuningProgress;
import io.vitrail.transformer.training.TuningReport;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.image.Image;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiny checkpoints learn reddish, greenish and bluish pictures. */
class ImageClassificationLessonTest {
    private static final String PROCESSOR = "preprocessor_config.json";
    private static final List<String> COLOURS = List.of("blue", "green", "red");

    @TempDir
    private Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void drawPictures() throws IOException {
        data = folder.resolve("data");
        out = folder.resolve("out");
        for (int i = 0; i < 36; i++) {
            int label = i % 3;
            Path its = Files.createDirectories(data.resolve(COLOURS.get(label)));
            Picture picture = TestPictures.noise(20 + i % 5, 24, i);
            for (int j = 2 - label; j < picture.rgb().length; j += 3) {
                picture.rgb()[j] = (byte) 230;
            }
            Files.write(its.resolve(i + ".png"), TestPictures.png(picture));
        }
    }

    private static Path golden(String name) {
        try {
            return Path.of(ImageClassificationLessonTest.class
                    .getResource("/goldens/" + name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static FineTuningBuilder usual() {
        return FineTuning.builder().rate(5e-3).batch(8).length(new Span.Epochs(6));
    }

    private ImageClassificationLesson lesson(Path checkpoint, FineTuning how) {
        LabelledPictures pictures = LabelledPictures.in(data, 0.25, 1);
        return ImageClassificationLesson.of(checkpoint, pictures, how, ImageClassificationLesson.Options.defaults());
    }

    /** A copy of a golden case with a processor: that of ViT, if it has none. */
    private Path checkpoint(String golden) throws IOException {
        Path copy = Files.createDirectories(folder.resolve("checkpoint"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(golden(golden).resolve(file), copy.resolve(file));
        }
        Files.copy(golden("vit/classification").resolve(PROCESSOR), copy.resolve(PROCESSOR));
        return copy;
    }

    private TuningReport tune(Path checkpoint, FineTuning how) {
        try (ImageClassificationLesson lesson = lesson(checkpoint, how)) {
            return new FineTuner(lesson, how).run(out, TuningProgress.SILENT);
        }
    }

    @Test
    void learnsAndIsSavedAsACheckpointThatClassifiesAlike() throws IOException {
        TuningReport report = tune(golden("vit/classification"), usual().build());
        Evaluation best = report.best().orElseThrow().evaluation();
        assertThat(best.value()).isGreaterThan(0.85);
        assertThat(best.metrics().keySet()).containsExactly("accuracy", "macro_f1", "loss");
        Confusion confusion = TrainingHistory.read(out.resolve(TrainingHistory.FILE))
                .confusion()
                .orElseThrow();
        assertThat(confusion.labels()).isEqualTo(COLOURS);
        assertThat(confusion.counts().stream()
                        .flatMap(List::stream)
                        .mapToInt(n -> n)
                        .sum())
                .isEqualTo(9);
        int right = 0;
        List<LabelledPictures.Example> held = LabelledPictures.in(data, 0.25, 1).evaluation();
        try (ImageClassifier classifier = ImageClassifier.load(out)) {
            for (LabelledPictures.Example example : held) {
                Classification answer = classifier.classify(Image.fromFile(example.file()));
                right += answer.best().label().equals(COLOURS.get(example.label())) ? 1 : 0;
            }
        }
        assertThat(right / (double) held.size()).isCloseTo(best.value(), within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vit/classification",
                "vit/model",
                "vit/stored_bfloat16",
                "deit/classification",
                "beit/classification",
                "swin/classification",
                "dinov2/classification_swiglu"
            })
    void isSavedUnderTheReferencesNames(String golden) throws IOException {
        tune(checkpoint(golden), usual().length(new Span.Steps(2)).batch(12).build());
        JsonNode source = JsonFile.read(golden(golden).resolve("config.json"));
        JsonNode config = JsonFile.read(out.resolve("config.json"));
        assertThat(config.path("architectures").get(0).asText()).endsWith("ForImageClassification");
        assertThat(config.path("id2label").path("1").asText()).isEqualTo("green");
        assertThat(config.path("label2id").path("red").asInt()).isEqualTo(2);
        assertThat(config.path("dtype").asText()).isEqualTo("float32");
        assertThat(config.path("hidden_size")).isEqualTo(source.path("hidden_size"));
        try (Checkpoint before = Checkpoint.open(golden(golden));
                Checkpoint after = Checkpoint.open(out)) {
            String type = config.path("model_type").asText();
            Set<String> names = new TreeSet<>();
            for (String name : before.names()) {
                boolean ofBase = !name.startsWith(type + ".") && !name.startsWith("classifier.");
                names.add(ofBase ? type + "." + name : name);
            }
            names.removeIf(name -> name.contains(".pooler.dense."));
            names.addAll(List.of("classifier.weight", "classifier.bias"));
            assertThat(after.names()).containsExactlyInAnyOrderElementsOf(names);
            assertThat(after.tensor("classifier.weight").shape()[0]).isEqualTo(3);
        }
        assertThat(Files.readString(out.resolve("README.md"))).contains("blue, green, red", "27 pictures");
        assertThat(Files.exists(out.resolve(PROCESSOR))).isTrue();
    }

    @Test
    void aTowerAloneIsSavedAsTransformersClassifiesWithIt() throws IOException {
        tune(
                checkpoint("clip_vision/with_projection"),
                usual().length(new Span.Steps(1)).batch(12).build());
        JsonNode config = JsonFile.read(out.resolve("config.json"));
        assertThat(config.path("model_type").asText()).isEqualTo("clip");
        assertThat(config.path("architectures").get(0).asText()).isEqualTo("CLIPForImageClassification");
        assertThat(config.path("vision_config").path("model_type").asText()).isEqualTo("clip_vision_model");
        try (ImageClassifier classifier = ImageClassifier.load(out)) {
            assertThat(classifier.labels()).isEqualTo(COLOURS);
        }
    }

    @Test
    void changesOfLowRankAreMergedIntoWhatIsSaved() throws IOException {
        FineTuning how = usual().length(new Span.Epochs(2)).rate(0.02).build();
        ImageClassificationLesson.Options options = new ImageClassificationLesson.Options(
                PictureVariation.defaults(), file -> {}, "", Optional.of(LoraConfig.ofRank(2, "query", "value")));
        LabelledPictures pictures = LabelledPictures.in(data, 0.25, 1);
        TuningReport report;
        try (ImageClassificationLesson lesson =
                ImageClassificationLesson.of(golden("vit/classification"), pictures, how, options)) {
            report = new FineTuner(lesson, how).run(out, TuningProgress.SILENT);
        }
        String query = "vit.encoder.layer.0.attention.attention.query.weight";
        String key = "vit.encoder.layer.0.attention.attention.key.weight";
        try (Checkpoint before = Checkpoint.open(golden("vit/classification"));
                Checkpoint after = Checkpoint.open(out)) {
            assertThat(after.names()).isEqualTo(before.names());
            assertThat(after.tensor(key).floats()).isEqualTo(before.tensor(key).floats());
            assertThat(after.tensor(query).floats())
                    .isNotEqualTo(before.tensor(query).floats());
        }
        try (ImageClassificationLesson lesson = lesson(out, usual().build())) {
            assertThat(lesson.evaluate().orElseThrow().metrics().get("loss"))
                    .isCloseTo(
                            report.best().orElseThrow().evaluation().metrics().get("loss"), within(1e-5));
        }
        assertThat(out.resolve("adapter")).isDirectoryContaining("glob:**adapter_config.json");
    }

    @Test
    void aTrainingThatWasStoppedGoesOnWithTheSameLossesInConstantMemory() throws IOException {
        FineTuning how = usual().length(new Span.Steps(10)).batch(5).build();
        List<Integer> arrays = new ArrayList<>();
        tune(how, 10, arrays);
        List<TrainingHistory.Step> whole =
                TrainingHistory.read(out.resolve(TrainingHistory.FILE)).steps();
        assertThat(arrays.get(9)).isEqualTo(arrays.get(2));
        Files.delete(out.resolve(FineTuner.STATE));
        tune(how, 4, arrays);
        tune(how, 10, arrays);
        assertThat(TrainingHistory.read(out.resolve(TrainingHistory.FILE)).steps())
                .extracting(TrainingHistory.Step::loss)
                .isEqualTo(whole.stream().map(TrainingHistory.Step::loss).toList());
    }

    /** Until a step. */
    private void tune(FineTuning how, long last, List<Integer> arrays) {
        TuningProgress progress = new TuningProgress() {
            private long taken;

            @Override
            public void stepped(Step step) {
                taken = step.number();
                try (NDManager any = NDManager.newBaseManager()) {
                    arrays.add(any.getParentManager().getManagedArrays().size());
                }
            }

            @Override
            public boolean stopRequested() {
                return taken == last;
            }
        };
        try (ImageClassificationLesson lesson = lesson(golden("vit/classification"), how)) {
            new FineTuner(lesson, how).run(out, progress);
        }
    }

    @Test
    void theSameLabelsKeepTheirHead() throws IOException {
        List<String> labels = List.of("cat", "dog", "car", "tree", "boat"); // the checkpoint's order
        for (int i = 0; i < 10; i++) {
            Path its = Files.createDirectories(folder.resolve("same").resolve(labels.get(i % 5)));
            Files.write(its.resolve(i + ".png"), TestPictures.png(TestPictures.noise(30, 31, i)));
        }
        LabelledPictures pictures = LabelledPictures.in(folder.resolve("same"), 0, 1);
        assertThat(pictures.labels()).containsExactly("boat", "car", "cat", "dog", "tree");
        FineTuning how = usual().build();
        try (Checkpoint checkpoint = Checkpoint.open(golden("vit/classification"));
                ImageClassificationLesson lesson = ImageClassificationLesson.of(
                        golden("vit/classification"), pictures, how, ImageClassificationLesson.Options.defaults())) {
            assertThat(lesson.labels()).isEqualTo(labels);
            assertThat(lesson.weights().get("classifier.weight").getArray().toFloatArray())
                    .isEqualTo(checkpoint.tensor("classifier.weight").floats());
        }
    }

    @Test
    void brokenPicturesAreNamedAndPassedOver() throws IOException {
        Files.writeString(data.resolve("red").resolve("broken.jpg"), "no picture");
        List<String> broken = new ArrayList<>();
        FineTuning how = usual().build();
        try (ImageClassificationLesson lesson = ImageClassificationLesson.of(
                golden("vit/classification"),
                LabelledPictures.in(data, 0, 1),
                how,
                new ImageClassificationLesson.Options(
                        PictureVariation.defaults(), broken::add, "", Optional.empty()))) {
            assertThat(lesson.size()).isEqualTo(36);
        }
        assertThat(broken).hasSize(1);
        assertThat(broken.get(0)).contains("broken.jpg");
    }

    @Test
    void whatCannotClassifyIsRefused() throws IOException {
        assertThatThrownBy(() -> lesson(golden("vit_mae/pretraining"), usual().build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Model type 'vit_mae' has no class for image classification");
        assertThatThrownBy(() -> lesson(golden("vit/masked"), usual().build())).hasMessageContaining(PROCESSOR);
    }
}
