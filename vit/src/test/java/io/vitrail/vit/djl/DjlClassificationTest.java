package io.vitrail.vit.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.inference.Predictor;
import ai.djl.metric.Metrics;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.ScoredLabel;
import io.vitrail.vit.Views;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The embedded classifier, as DJL's users load and ask it. */
class DjlClassificationTest {
    private static final String EMBEDDED = "vitrail://embedded";

    private static ImageClassifier ours;
    private static ZooModel<Image, Classifications> model;

    @BeforeAll
    static void load() throws Exception {
        ours = ImageClassifier.embedded().lookingAt(Views.WHOLE); // as DJL's translator does
        model = criteria(Image.class, Classifications.class).build().loadModel();
    }

    @AfterAll
    static void free() {
        model.close();
        ours.close();
    }

    private static <I, O> Criteria.Builder<I, O> criteria(Class<I> input, Class<O> output) {
        return Criteria.builder().setTypes(input, output).optModelUrls(EMBEDDED);
    }

    @Test
    void probabilitiesEqualOurOwnClassifiers() throws Exception {
        try (Predictor<Image, Classifications> predictor = model.newPredictor()) {
            for (Image photo : Photos.all()) {
                assertEqual(predictor.predict(photo), ours.classify(Photos.ours(photo)));
            }
        }
    }

    private static void assertEqual(Classifications actual, Classification expected) {
        assertThat(actual.getClassNames()).isEqualTo(ours.labels());
        for (ScoredLabel label : expected.labels()) {
            assertThat(actual.getProbabilities().get(label.index())).isEqualTo(label.probability());
        }
    }

    @Test
    void aBatchEqualsOurOwnAndItsPicturesOneByOne() throws Exception {
        List<Image> photos = Photos.all();
        List<Classification> expected =
                ours.classify(photos.stream().map(Photos::ours).toList());
        try (Predictor<Image, Classifications> predictor = model.newPredictor()) {
            List<Classifications> together = predictor.batchPredict(photos);
            assertThat(together).hasSameSizeAs(photos);
            for (int i = 0; i < photos.size(); i++) {
                assertEqual(together.get(i), expected.get(i));
                assertClose(together.get(i), predictor.predict(photos.get(i)));
            }
        }
    }

    private static void assertClose(Classifications actual, Classifications expected) {
        for (int label = 0; label < expected.getClassNames().size(); label++) {
            assertThat(actual.getProbabilities().get(label))
                    .isCloseTo(expected.getProbabilities().get(label), within(1e-6));
        }
    }

    @Test
    void aBatchGoesThroughTheModelTogether() throws Exception {
        try (Predictor<Image, Classifications> predictor = model.newPredictor()) {
            Metrics metrics = new Metrics();
            predictor.setMetrics(metrics);
            predictor.batchPredict(Photos.all());
            assertThat(metrics.getMetric("Preprocess")).hasSize(1);
            assertThat(metrics.getMetric("Inference")).hasSize(1);
            assertThat(metrics.getMetric("Postprocess")).hasSize(1);
        }
    }

    @Test
    void allClassesAreThereAndTopKSaysHowManyAreShown() throws Exception {
        try (ZooModel<Image, Classifications> three = criteria(Image.class, Classifications.class)
                        .optArgument("topK", 3)
                        .build()
                        .loadModel();
                Predictor<Image, Classifications> predictor = three.newPredictor();
                Predictor<Image, Classifications> byDefault = model.newPredictor()) {
            Classifications answer = predictor.predict(Photos.read("chelsea.jpg"));
            assertThat(answer.getClassNames()).hasSize(20);
            assertThat(answer.topK()).hasSize(3);
            assertThat(answer.best().getClassName()).isEqualTo("cat");
            assertThat(byDefault.predict(Photos.read("chelsea.jpg")).topK()).hasSize(5);
        }
    }

    @Test
    void argumentsMayStandInTheAddress() throws Exception {
        try (ZooModel<Image, Classifications> two = Criteria.builder()
                        .setTypes(Image.class, Classifications.class)
                        .optModelUrls(EMBEDDED + "?topK=2")
                        .build()
                        .loadModel();
                Predictor<Image, Classifications> predictor = two.newPredictor()) {
            assertThat(predictor.predict(Photos.read("chelsea.jpg")).topK()).hasSize(2);
        }
    }

    @Test
    void takesWhateverDjlReadsPicturesFrom() throws Exception {
        Path photo = Photos.file("rocket.jpg");
        List<Double> expected;
        try (Predictor<Image, Classifications> predictor = model.newPredictor()) {
            expected = predictor.predict(Photos.read("rocket.jpg")).getProbabilities();
        }
        assertThat(probabilities(Path.class, photo)).isEqualTo(expected);
        assertThat(probabilities(URL.class, photo.toUri().toURL())).isEqualTo(expected);
        assertThat(probabilities(String.class, photo.toString())).isEqualTo(expected);
        try (InputStream stream = Files.newInputStream(photo)) {
            assertThat(probabilities(InputStream.class, stream)).isEqualTo(expected);
        }
    }

    private static <I> List<Double> probabilities(Class<I> type, I input) throws Exception {
        try (ZooModel<I, Classifications> any =
                        criteria(type, Classifications.class).build().loadModel();
                Predictor<I, Classifications> predictor = any.newPredictor()) {
            return predictor.predict(input).getProbabilities();
        }
    }

    @Test
    void servesAsDjlServingAsks() throws Exception {
        try (ZooModel<Input, Output> served = criteria(Input.class, Output.class)
                        .optEngine("PyTorch")
                        .build()
                        .loadModel();
                Predictor<Input, Output> predictor = served.newPredictor()) {
            Input request = new Input();
            request.add("data", Files.readAllBytes(Photos.file("chelsea.jpg")));
            List<Output> answers = predictor.batchPredict(List.of(request, request));
            JsonNode json = new ObjectMapper().readTree(answers.get(1).getData().getAsString());
            assertThat(json).hasSize(5);
            assertThat(json.get(0).get("className").asText()).isEqualTo("cat");
        }
    }

    @Test
    void pixelsOfOnesOwnGiveLogits() throws Exception {
        try (ZooModel<NDList, NDList> raw =
                        criteria(NDList.class, NDList.class).build().loadModel();
                Predictor<NDList, NDList> predictor = raw.newPredictor();
                NDManager manager = raw.getNDManager().newSubManager()) {
            NDArray logits = predictor
                    .predict(new NDList(manager.ones(new Shape(2, 3, 64, 64))))
                    .singletonOrThrow();
            assertThat(logits.getShape()).isEqualTo(new Shape(2, 20));
            assertThat(logits.getDataType()).isEqualTo(DataType.FLOAT32);
        }
    }

    @Test
    void precisionIsAnArgument() throws Exception {
        try (ZooModel<Image, Classifications> half = criteria(Image.class, Classifications.class)
                        .optArgument("precision", "bf16")
                        .build()
                        .loadModel();
                Predictor<Image, Classifications> predictor = half.newPredictor();
                Predictor<Image, Classifications> exact = model.newPredictor()) {
            Image photo = Photos.read("chelsea.jpg");
            double probability = predictor.predict(photo).get("cat").getProbability();
            double reference = exact.predict(photo).get("cat").getProbability();
            assertThat(probability).isNotEqualTo(reference);
            assertThat(Math.abs(probability - reference)).isLessThan(0.05);
        }
    }

    @Test
    void aWrongArgumentIsRefused() {
        assertRefused("precision", "fp8", "Argument 'precision' must be one of [fp32, auto, bf16, int8], not 'fp8'.");
        assertRefused("topK", 0, "Argument 'topK' must be at least 1, not 0.");
    }

    private static void assertRefused(String name, Object value, String message) {
        Criteria<Image, Classifications> criteria = criteria(Image.class, Classifications.class)
                .optArgument(name, value)
                .build();
        assertThatThrownBy(criteria::loadModel)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
