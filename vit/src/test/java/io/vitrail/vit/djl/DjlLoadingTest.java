package io.vitrail.vit.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Application.CV;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.output.DetectedObjects;
import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.weights.JsonFile;
import io.vitrail.vit.Classification;
import io.vitrail.vit.ImageClassifier;
import io.vitrail.vit.ScoredLabel;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a DJL Criteria finds models, and what it says when it doesn't. */
class DjlLoadingTest {
    private static final Path CHECKPOINT = Photos.checkpoint("vit/classification");

    @TempDir
    private Path folder;

    private static Criteria.Builder<Image, Classifications> criteria() {
        return Criteria.builder().setTypes(Image.class, Classifications.class);
    }

    private static String address(Path folder) {
        return "vitrail:" + folder.toUri().getRawPath();
    }

    /** A checkpoint of one's own, with a changed config.json. */
    private static Path copy(Path source, Path target, Consumer<ObjectNode> change) throws IOException {
        Files.createDirectories(target);
        for (String file : List.of("model.safetensors", "preprocessor_config.json")) {
            Files.copy(source.resolve(file), target.resolve(file));
        }
        ObjectNode config = (ObjectNode) JsonFile.read(source.resolve("config.json"));
        change.accept(config);
        new ObjectMapper().writeValue(target.resolve("config.json").toFile(), config);
        return target;
    }

    private static void assertClassifies(Criteria<Image, Classifications> criteria) throws Exception {
        assertClassifies(criteria, CHECKPOINT);
    }

    private static void assertClassifies(Criteria<Image, Classifications> criteria, Path checkpoint) throws Exception {
        Image photo = Photos.read("coffee.jpg");
        try (ZooModel<Image, Classifications> model = criteria.loadModel();
                Predictor<Image, Classifications> predictor = model.newPredictor();
                ImageClassifier ours = ImageClassifier.load(checkpoint)) {
            Classifications actual = predictor.predict(photo);
            Classification expected = ours.classify(Photos.ours(photo));
            for (ScoredLabel label : expected.labels()) {
                assertThat(actual.get(label.label()).getProbability()).isEqualTo(label.probability());
            }
        }
    }

    @Test
    void aFolderHasAnAddress() throws Exception {
        assertClassifies(criteria().optModelUrls(address(CHECKPOINT)).build());
    }

    @Test
    void severalClassesAtOnceHaveAProbabilityEach() throws Exception {
        copy(CHECKPOINT, folder, config -> config.put("problem_type", "multi_label_classification"));
        assertClassifies(criteria().optModelUrls(address(folder)).build(), folder);
    }

    @Test
    void aFoldersNameMayHoldAnyLetters() throws Exception {
        Path odd = copy(CHECKPOINT, folder.resolve("my model, 100% ü"), config -> {});
        assertClassifies(
                criteria().optModelUrls(address(odd).replace(",", "%2C")).build());
    }

    @Test
    void aFolderIsReadByItsPathIfItSaysWhatItIs() throws Exception {
        copy(CHECKPOINT, folder, config -> {});
        try (InputStream example = VisionBlockFactory.class.getResourceAsStream("serving.properties")) {
            Files.copy(example, folder.resolve("serving.properties"));
        }
        assertClassifies(criteria()
                .optModelPath(folder)
                .optTranslatorFactory(new VisionTranslatorFactory())
                .build());
    }

    @Test
    void aFolderIsReadByItsPathIfTheCallerSaysWhatItIs() throws Exception {
        assertClassifies(criteria()
                .optModelPath(CHECKPOINT)
                .optArgument("blockFactory", new VisionBlockFactory())
                .optTranslatorFactory(new VisionTranslatorFactory())
                .optOption("hasParameter", "false")
                .build());
    }

    /** The steps of ai.djl.serving.wlm.ModelInfo: resolve, prepare, read the properties, load with all of them. */
    @Test
    void theEmbeddedModelTellsDjlServingAllItAsks() throws Exception {
        String address = "vitrail://embedded";
        Repository repository = Repository.newInstance("modelStore", address);
        MRL resource = repository.getResources().get(0);
        Artifact artifact = resource.getDefaultArtifact();
        repository.prepare(artifact);
        Properties properties = new Properties();
        Path file = repository.getResourceDirectory(artifact).resolve("serving.properties");
        try (InputStream in = new FileInputStream(file.toFile())) {
            properties.load(in);
        }
        assertThat(artifact.getName()).isEqualTo("embedded");
        assertThat(properties.getProperty("engine")).isEqualTo("PyTorch");

        Criteria.Builder<Input, Output> criteria = Criteria.builder()
                .setTypes(Input.class, Output.class)
                .optModelUrls(address)
                .optEngine("PyTorch");
        properties.forEach((key, value) -> criteria.optArgument(key.toString(), value));
        try (ZooModel<Input, Output> model = criteria.build().loadModel()) {
            assertThat(model.getName()).isEqualTo("embedded");
            assertThat(model.getModelPath()).isEqualTo(file.getParent());
        }
    }

    @Test
    void theEmbeddedModelIsInAZoo() throws Exception {
        assertThat(ModelZoo.getModelZoo("io.vitrail").getModelLoader("embedded").getApplication())
                .isEqualTo(CV.IMAGE_CLASSIFICATION);
        criteria().optGroupId("io.vitrail").build().loadModel().close();
        criteria().optArtifactId("io.vitrail:embedded").build().loadModel().close();
        criteria().optApplication(CV.IMAGE_CLASSIFICATION).build().loadModel().close();
        Criteria<Image, float[]> vectors = Criteria.builder()
                .setTypes(Image.class, float[].class)
                .optGroupId("io.vitrail")
                .build();
        vectors.loadModel().close();
    }

    @Test
    void theZooKeepsOutOfWhatItHasNoModelFor() {
        assertNotFound(criteria().optFilter("layers", "50").build(), "No matching filter found");
        assertThatThrownBy(criteria().optApplication(CV.OBJECT_DETECTION).build()::loadModel)
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("No model matching the criteria is found.");
        Criteria<Image, DetectedObjects> boxes = Criteria.builder()
                .setTypes(Image.class, DetectedObjects.class)
                .optModelUrls("vitrail://embedded")
                .build();
        assertNotFound(boxes, "No matching default translator found.");
    }

    private static void assertNotFound(Criteria<?, ?> criteria, String reason) {
        assertThatThrownBy(criteria::loadModel)
                .isInstanceOf(ModelNotFoundException.class)
                .rootCause()
                .hasMessageStartingWith(reason);
    }

    @Test
    void aModelWithoutAHeadDoesntClassifyButEmbeds() throws Exception {
        copy(Photos.checkpoint("dinov2/classification_swiglu"), folder, config -> config.putArray("architectures")
                .add("Dinov2Model"));
        assertNotFound(
                criteria().optModelUrls(address(folder)).build(),
                "This checkpoint has no classification head, so it can't classify.");
        try (ZooModel<Image, float[]> model = Criteria.builder()
                        .setTypes(Image.class, float[].class)
                        .optModelUrls(address(folder))
                        .build()
                        .loadModel();
                Predictor<Image, float[]> predictor = model.newPredictor()) {
            assertThat(predictor.predict(Photos.read("coffee.jpg"))).hasSizeGreaterThan(1);
        }
    }

    @Test
    void translatorsAreForModelsOfThisLibrary() {
        try (Model other = Model.newInstance("other", "PyTorch")) {
            assertThatThrownBy(() -> new VisionTranslatorFactory()
                            .newInstance(Image.class, Classifications.class, other, Map.of()))
                    .isInstanceOf(TranslateException.class)
                    .hasMessage("Translators of Vitrail are for its own models.\n"
                            + "  try:  the argument blockFactory=io.vitrail.vit.djl.VisionBlockFactory.");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vitrail://google/vit/base",
                "vitrail://google/-vit",
                "vitrail://other",
                "vitrail:///",
                "vitrail:relative"
            })
    void anotherAddressIsRefused(String address) {
        assertThatThrownBy(() -> criteria().optModelUrls(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + address + "' is no address of a model.\n"
                        + "  try:  vitrail://embedded, vitrail:///path/to/folder with a Hugging Face checkpoint, or"
                        + " vitrail://organisation/name as on the hub.");
    }

    @Test
    void aFolderThatIsntThereIsSaidToBeMissing() {
        assertUnreadable(folder.resolve("nowhere"), "The folder of the checkpoint does not exist.");
    }

    @Test
    void aFolderWithoutACheckpointIsSaidToHoldNone() {
        assertUnreadable(folder, "The folder holds no weights.");
    }

    @Test
    void aModelThatIsntSupportedIsNamed() throws IOException {
        assertUnreadable(
                copy(CHECKPOINT, folder, config -> config.put("model_type", "resnet")),
                "Model type 'resnet' is no vision model");
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        copy(CHECKPOINT, folder, config -> {});
        Files.write(folder.resolve("model.safetensors"), new byte[] {1, 2, 3});
        assertUnreadable(folder, "");
    }

    private static void assertUnreadable(Path folder, String reason) {
        assertThatThrownBy(criteria().optModelUrls(address(folder)).build()::loadModel)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(reason);
    }
}
