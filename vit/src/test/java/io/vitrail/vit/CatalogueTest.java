package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.Pass;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every model of the catalogue, with a checkpoint of each class of the reference. */
class CatalogueTest {
    /** These read pictures of any size without being asked, as the reference's do. */
    private static final Set<String> ANY_SIZE = Set.of("beit", "dinov2", "dinov2_with_registers", "dinov3_vit", "swin");

    @TempDir
    private static Path hybrid;

    @TempDir
    private Path folder;

    /** A checkpoint, and the class as which it is loaded. */
    private record Model(Path folder, String type, String className) {
        @Override
        public String toString() {
            return type + " as " + className;
        }
    }

    @BeforeAll
    static void saveOurOwnArchitecture() throws IOException {
        HybridVit model = new HybridVit(HybridVit.Config.embedded(56, 48, List.of("cat", "dog", "car")));
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            model.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 48, 48));
            Files.writeString(hybrid.resolve("config.json"), model.configJson().toString());
            model.weightTable()
                    .save(hybrid.resolve("model.safetensors"), StorageType.F32, "hybrid_vit", model, model.sizes());
        }
    }

    static List<Model> models() {
        Map<String, Model> models = new LinkedHashMap<>();
        for (Path folder : Goldens.folders()) {
            String type = typeOf(folder);
            for (GoldenCall call : GoldenCase.read(folder).calls()) {
                if (call.operation().equals("forward")) {
                    Model model = new Model(folder, type, call.className().orElseThrow());
                    models.putIfAbsent(model.toString(), model);
                }
            }
        }
        List<Model> all = new ArrayList<>(models.values());
        all.add(new Model(hybrid, "hybrid_vit", "HybridVitForImageClassification"));
        return all;
    }

    private static String typeOf(Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return VisionModels.type(ConfigJson.of(checkpoint));
        }
    }

    /** Copies the config, and tells where weights of that kind go. */
    private Path weightsBesideConfigOf(Model model) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(model.folder())) {
            Path config = checkpoint.configFile().getFileName();
            Files.copy(model.folder().resolve(config), folder.resolve(config));
            return folder.resolve(config.toString().replace("config.json", "model.safetensors"));
        }
    }

    @Test
    void everyModelTypeIsTestedHere() {
        Set<String> tested = new TreeSet<>();
        models().forEach(model -> tested.add(model.type()));
        assertThat(tested).isEqualTo(new TreeSet<>(VisionModels.types()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aBatchOfTwoEqualsTwoBatchesOfOne(Model model) {
        for (Operations operations : new Operations[] {ReadableOperations.INSTANCE, fast()}) {
            try (Session<VisionModel> session = load(model.folder(), model.className(), operations)) {
                List<float[]> together = answers(session, 0, 2);
                List<float[]> first = answers(session, 0, 1);
                List<float[]> second = answers(session, 1, 2);
                for (int i = 0; i < together.size(); i++) {
                    assertThat(joined(first.get(i), second.get(i))).containsExactly(together.get(i), within(1e-5f));
                }
            }
        }
    }

    private static float[] joined(float[] first, float[] second) {
        float[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @ParameterizedTest
    @MethodSource("models")
    void closingFreesAllNativeMemory(Model model) {
        for (Operations operations : new Operations[] {ReadableOperations.INSTANCE, fast()}) {
            NDManager system = systemManager();
            int before = system.getManagedArrays().size();
            Session<VisionModel> session = load(model.folder(), model.className(), operations);
            NDManager owner = session.run((loaded, scope, pass) -> scope.getParentManager());
            List<NDArray> weights = owner.getManagedArrays();
            answers(session, 0, 2);
            assertThat(owner.getManagedArrays()).hasSameSizeAs(weights); // a pass leaves nothing behind
            session.close();
            assertThat(weights).isNotEmpty().allMatch(NDArray::isReleased);
            assertThat(session.model().getParameters().values())
                    .allMatch(parameter ->
                            !parameter.isInitialized() || parameter.getArray().isReleased());
            assertThat(owner.isOpen()).isFalse();
            assertThat(system.getManagedArrays()).hasSize(before);
        }
    }

    private static NDManager systemManager() {
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            return manager.getParentManager();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyWeightMustBeThereAndNoOther(Model model) throws IOException {
        Path file = weightsBesideConfigOf(model);
        try (Checkpoint checkpoint = Checkpoint.open(model.folder());
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Map<String, NDArray> weights = new LinkedHashMap<>();
            checkpoint
                    .names()
                    .forEach(name -> weights.put(name, checkpoint.tensor(name).toArray(manager)));
            String needed = needed(model, checkpoint);
            NDArray taken = weights.remove(needed);
            weights.put("vitrail.extra", taken);
            SafeTensorsWriter.write(file, weights, StorageType.F32, Map.of());
        }
        assertThatThrownBy(() -> load(folder, model.className(), ReadableOperations.INSTANCE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "The weights don't fit the model: 1 missing, 1 left over, 0 of another shape or type.")
                .hasMessageContaining("Weight 'vitrail.extra' is left over: no row of the table needs it.");
    }

    /** The name of a weight that the class can't do without. */
    private static String needed(Model model, Checkpoint checkpoint) {
        VisionModel empty = create(model);
        return empty.weightTable().names(checkpoint.base(empty.basePrefix()), empty, empty.sizes()).keySet().stream()
                .filter(name -> name.matches(".*(norm1|before|ln_1)\\.weight"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("models")
    void savedAndLoadedAgainItAnswersTheSame(Model model) throws IOException {
        VisionModel first = create(model);
        Path file = weightsBesideConfigOf(model);
        try (Checkpoint checkpoint = Checkpoint.open(model.folder());
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            String base = checkpoint.base(first.basePrefix());
            first.weightTable().load(checkpoint, base, first, first.sizes(), manager);
            first.weightTable().save(file, StorageType.F32, base, first, first.sizes());
        }
        try (Session<VisionModel> original = load(model.folder(), model.className(), ReadableOperations.INSTANCE);
                Session<VisionModel> again = load(folder, model.className(), ReadableOperations.INSTANCE)) {
            assertThat(answers(again, 0, 2)).usingRecursiveComparison().isEqualTo(answers(original, 0, 2));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void pixelsOfAnotherFormAreRefused(Model model) {
        try (Session<VisionModel> session = load(model.folder(), model.className(), fast())) {
            int channels = channels(session.model());
            int height = session.model().imageHeight();
            int width = session.model().imageWidth();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> features(session, new Shape(2, channels + 1, height, width)))
                    .withMessage("The model needs pictures with %d channels, not %d.", channels, channels + 1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> features(session, new Shape(channels, height, width)))
                    .withMessage(
                            "Pixels must be [batch, channels, imageHeight, imageWidth], not (%d, %d, %d).",
                            channels, height, width);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> features(session, new Shape(1, channels, 1, 1)))
                    .withMessageContaining("1 × 1 pixels");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void anotherSizeIsRefusedOrRead(Model model) {
        try (Session<VisionModel> session = load(model.folder(), model.className(), fast())) {
            int channels = channels(session.model());
            int height = session.model().imageHeight() * 2;
            int width = session.model().imageWidth();
            Shape taller = new Shape(1, channels, height, width);
            if (ANY_SIZE.contains(model.type())) {
                features(session, taller);
            } else {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> features(session, taller))
                        .withMessageStartingWith(
                                String.format("The picture is %d × %d pixels (height × width)", height, width))
                        .withMessageEndingWith("or let the position table be interpolated (SizePolicy.INTERPOLATE).");
            }
        }
    }

    private static void features(Session<VisionModel> session, Shape pixels) {
        float[] tokens = session.run((model, scope, pass) -> model.features(VisionInput.of(scope.ones(pixels)), pass)
                .tokens()
                .toFloatArray());
        assertThat(tokens).isNotEmpty();
    }

    private static Operations fast() {
        return Kernels.choose(Device.cpu(), Precision.FP32);
    }

    private static VisionModel create(Model model) {
        try (Checkpoint checkpoint = Checkpoint.open(model.folder())) {
            return VisionModels.create(checkpoint, model.className());
        }
    }

    private static Session<VisionModel> load(Path folder, String className, Operations operations) {
        DjlEngine.get();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return VisionModels.load(checkpoint, className, operations, Device.cpu());
        }
    }

    /** Tokens, the pooled vector and logits for some of two pictures. */
    private static List<float[]> answers(Session<VisionModel> session, int from, int to) {
        return session.run((model, scope, pass) -> answers(model, scope, pass, from, to));
    }

    private static List<float[]> answers(VisionModel model, NDManager scope, Pass pass, int from, int to) {
        Shape both = new Shape(2, channels(model), model.imageHeight(), model.imageWidth());
        NDArray pixels = scope.arange((float) both.size()).mul(0.37f).sin().reshape(both);
        Features features = model.features(VisionInput.of(pixels.get("{}:{}", from, to)), pass);
        List<float[]> answers = new ArrayList<>();
        answers.add(features.tokens().toFloatArray());
        answers.add(features.pooled().toFloatArray());
        if (model.classifies()) {
            answers.add(model.logits(features, pass).toFloatArray());
        }
        return answers;
    }

    private static int channels(VisionModel model) {
        return Math.toIntExact(model.sizes().get("channels"));
    }
}
