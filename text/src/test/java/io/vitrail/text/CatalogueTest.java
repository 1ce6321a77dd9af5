package io.vitrail.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.verify.GoldenCall;
import io.vitrail.transformer.verify.GoldenCase;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every model of the catalogue, with a checkpoint of each class of the reference. */
class CatalogueTest {
    @TempDir
    private Path folder;

    /** A checkpoint, and the class as which it is loaded. */
    private record Model(Path folder, String type, String className) {
        @Override
        public String toString() {
            return className;
        }
    }

    static List<Model> models() {
        Map<String, Model> models = new LinkedHashMap<>();
        for (Path folder : Goldens.folders()) {
            for (GoldenCall call : GoldenCase.read(folder).calls()) {
                if (call.operation().equals("forward")) {
                    Model model =
                            new Model(folder, typeOf(folder), call.className().orElseThrow());
                    models.putIfAbsent(model.type() + " " + model, model);
                }
            }
        }
        return List.copyOf(models.values());
    }

    private static String typeOf(Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return ConfigJson.of(checkpoint).text("model_type").orElseThrow();
        }
    }

    @Test
    void everyClassOfEveryModelTypeIsTestedHere() {
        Set<String> types = new TreeSet<>();
        Set<String> classes = new TreeSet<>();
        models().forEach(model -> types.add(model.type()));
        models().forEach(model -> classes.add(model.className()));
        assertThat(types).isEqualTo(new TreeSet<>(TextModels.types()));
        Set<String> known = new TreeSet<>(TextModels.classNames());
        known.removeIf(name -> name.endsWith(")"));
        assertThat(classes).isEqualTo(known);
    }

    @ParameterizedTest
    @MethodSource("models")
    void aBatchOfTwoEqualsTwoBatchesOfOne(Model model) {
        for (Operations operations : new Operations[] {ReadableOperations.INSTANCE, fast()}) {
            try (Session<TextModel> session = load(model.folder(), model.className(), operations)) {
                float[] together = answer(session, 7, 8, 9, 10, 11, 12);
                float[] first = answer(session, 7, 8, 9);
                float[] second = answer(session, 10, 11, 12);
                float[] joined = Arrays.copyOf(first, first.length + second.length);
                System.arraycopy(second, 0, joined, first.length, second.length);
                assertThat(joined).containsExactly(together, within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void closingFreesAllNativeMemory(Model model) {
        for (Operations operations : new Operations[] {ReadableOperations.INSTANCE, fast()}) {
            Session<TextModel> session = load(model.folder(), model.className(), operations);
            NDManager owner = session.run((loaded, scope, pass) -> scope.getParentManager());
            List<NDArray> weights = owner.getManagedArrays();
            answer(session, 7, 8, 9);
            assertThat(owner.getManagedArrays()).hasSameSizeAs(weights); // a pass leaves nothing behind
            session.close();
            assertThat(weights).isNotEmpty().allMatch(NDArray::isReleased);
            assertThat(owner.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyWeightMustBeThereAndNoOther(Model model) throws IOException {
        Files.copy(model.folder().resolve("config.json"), folder.resolve("config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(model.folder());
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Map<String, NDArray> weights = new LinkedHashMap<>();
            checkpoint
                    .names()
                    .forEach(name -> weights.put(name, checkpoint.tensor(name).toArray(manager)));
            String needed = weights.keySet().stream()
                    .filter(name -> name.contains(".0.") && name.endsWith(".weight"))
                    .findFirst()
                    .orElseThrow();
            weights.put("vitrail.extra", weights.remove(needed));
            SafeTensorsWriter.write(folder.resolve("model.safetensors"), weights, StorageType.F32, Map.of());
        }
        assertThatThrownBy(() -> load(folder, model.className(), ReadableOperations.INSTANCE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(
                        "The weights don't fit the model: 1 missing, 1 left over, 0 of another shape or type.")
                .hasMessageContaining("Weight 'vitrail.extra' is left over: no row of the table needs it.");
    }

    @ParameterizedTest
    @MethodSource("models")
    void savedAndLoadedAgainItAnswersTheSame(Model model) throws IOException {
        Files.copy(model.folder().resolve("config.json"), folder.resolve("config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(model.folder());
                Session<TextModel> original = load(model.folder(), model.className(), ReadableOperations.INSTANCE);
                NDManager manager = DjlEngine.newManager(Device.cpu())) {
            TextTask task = TextModels.task(checkpoint, model.className());
            TextModel loaded = TextModels.create(ConfigJson.of(checkpoint), task, TextModel.class);
            String base = checkpoint.base(loaded.basePrefix());
            Path file = folder.resolve("model.safetensors");
            loaded.weightTable().load(checkpoint, base, loaded, loaded.sizes(), manager);
            for (StorageType type : List.of(StorageType.F32, stored(checkpoint))) {
                loaded.weightTable().save(file, type, base, loaded, loaded.sizes());
                weightsAreEqual(file, checkpoint);
            }
            try (Session<TextModel> again = load(folder, model.className(), ReadableOperations.INSTANCE)) {
                assertThat(answer(again, 7, 8, 9)).containsExactly(answer(original, 7, 8, 9));
            }
        }
    }

    /** The same type again: mapped float32 and converted float16 lie at other addresses, which changes the rounding. */
    private static StorageType stored(Checkpoint checkpoint) {
        boolean halves = checkpoint.names().stream()
                .anyMatch(name -> checkpoint.tensor(name).type() == StorageType.F16);
        return halves ? StorageType.F16 : StorageType.F32;
    }

    private static void weightsAreEqual(Path file, Checkpoint checkpoint) {
        try (SafeTensors saved = SafeTensors.open(file)) {
            assertThat(saved.names()).isNotEmpty().allSatisfy(name -> assertThat(
                            saved.tensor(name).floats())
                    .containsExactly(checkpoint.tensor(name).floats()));
        }
    }

    private static Operations fast() {
        return Kernels.choose(Device.cpu(), Precision.FP32);
    }

    private static Session<TextModel> load(Path folder, String className, Operations operations) {
        DjlEngine.get();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return TextModels.load(checkpoint, className, TextModel.class, operations, Device.cpu());
        }
    }

    /** What the model makes of rows of three ids. */
    private static float[] answer(Session<TextModel> session, long... ids) {
        return session.run((model, scope, pass) -> model.forward(scope.create(ids, new Shape(ids.length / 3, 3)), pass)
                .toFloatArray());
    }
}
