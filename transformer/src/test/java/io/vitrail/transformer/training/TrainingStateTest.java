package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.ParameterList;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.FaultyDisk;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A two-layer net learns a fixed batch: its optimizer, weight average and saved state. */
class TrainingStateTest {
    private static final int INPUTS = 5;
    private static final int CLASSES = 3;

    @TempDir
    private Path folder;

    @Test
    void aRestoredTrainingTakesTheSameStepsAsOneThatWasNeverStopped() {
        Path file = folder.resolve("state.safetensors");
        List<Float> withoutBreak;
        try (Net net = new Net(7)) {
            net.train(4);
            net.state().save(file, Map.of("step", "4"));
            withoutBreak = net.train(3);
        }
        try (Net net = new Net(7)) {
            assertThat(net.state().restore(file)).containsEntry("step", "4");
            assertThat(net.train(3)).isEqualTo(withoutBreak);
        }
        assertThat(TrainingState.facts(file)).containsEntry("step", "4");
    }

    @Test
    void aFileThatMayOnlyBeReadIsRestoredAndLearnedOnFrom() {
        List<Float> withoutBreak;
        try (Net net = new Net(7)) {
            net.train(4);
            net.state().save(folder.resolve("state.safetensors"), Map.of());
            withoutBreak = net.train(3);
        }
        try (Net net = new Net(7)) {
            net.state().restore(FaultyDisk.readOnly(folder).resolve("state.safetensors"));
            assertThat(net.train(3)).isEqualTo(withoutBreak);
        }
    }

    @Test
    void theAverageIsRestored() {
        Path file = folder.resolve("state.safetensors");
        Map<String, float[]> averages;
        float[] averaged;
        try (Net net = new Net(7)) {
            net.train(4);
            net.state().save(file, Map.of());
            averages = net.averages();
            averaged = net.answer();
        }
        try (Net net = new Net(7)) {
            assertThat(net.averages()).usingRecursiveComparison().isNotEqualTo(averages);
            net.state().restore(file);
            assertThat(net.averages()).usingRecursiveComparison().isEqualTo(averages);
            assertThat(net.answer()).containsExactly(averaged);
        }
    }

    @Test
    void aStateOfAnotherModelIsRefusedAndChangesNothing() {
        Path file = folder.resolve("state.safetensors");
        try (Net other = new Net(8)) {
            other.train(1);
            other.state().save(file, Map.of());
        }
        try (Net net = new Net(7)) {
            float[] before = net.answer();
            assertThatThrownBy(() -> net.state().restore(file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("The state doesn't fit the model: ")
                    .hasMessageContaining("F32[8, 5] should be F32[7, 5]")
                    .hasMessageContaining("file: " + file);
            assertThat(net.answer()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "weight/01Linear_bias         | INT64   |  5 | I64[7] should be F32[7]",
                "average/01Linear_bias        | INT64   |  5 | I64[7] should be F32[7]",
                "moment/01Linear_bias.mean    | INT64   |  5 | I64[7] should be F32[7]",
                "moment/01Linear_bias.square  | INT32   |  5 | I32[7] should be F32[7]",
                "moment/01Linear_bias.updates | FLOAT32 |  5 | F32[1] should be I64[1]",
                "moment/01Linear_bias.updates | INT64   | -1 | counts -1 updates",
                "average/updates              | INT32   |  5 | I32[1] should be I64[1]",
                "average/updates              | INT64   | -1 | counts -1 updates",
            })
    void anArrayOfAnotherTypeIsRefusedAndChangesNothing(String name, DataType type, int value, String problem) {
        Path file = folder.resolve("state.safetensors");
        try (Net net = new Net(7)) {
            net.train(1);
            net.state().save(file, Map.of());
            replace(file, name, type, value);
            net.train(1);
            float[] before = net.answer();
            assertThatThrownBy(() -> net.state().restore(file))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith("The state doesn't fit the model: '" + name + "' ")
                    .hasMessageContaining(problem)
                    .hasMessageContaining("file: " + file);
            assertThat(net.answer()).isEqualTo(before);
        }
    }

    /** Overwrites one array of a state with an array of the same shape. */
    private static void replace(Path file, String name, DataType type, int value) {
        try (NDManager manager = DjlEngine.newManager(Device.cpu());
                SafeTensors saved = SafeTensors.open(file)) {
            Map<String, NDArray> arrays = new HashMap<>();
            saved.names().forEach(each -> arrays.put(each, saved.tensor(each).toArray(manager)));
            arrays.compute(name, (same, array) -> manager.full(array.getShape(), value, type));
            SafeTensorsWriter.write(file, arrays, StorageType.F32, Map.of());
        }
    }

    @Test
    void theAverageFollowsTheWeightsSlowly() {
        try (Net net = new Net(7)) {
            float[] begin = net.weights().get(0).toFloatArray();
            net.train(1); // the first update keeps (1 + 1) / (10 + 1) of the average
            float[] end = net.weights().get(0).toFloatArray();
            net.average.copyToModel();
            float[] average = net.weights().get(0).toFloatArray();
            for (int i = 0; i < begin.length; i++) {
                assertThat(average[i]).isCloseTo(2 / 11f * begin[i] + 9 / 11f * end[i], within(1e-6f));
            }
        }
    }

    @Test
    void gradientsAreClippedByTheirCommonNorm() {
        try (Net net = new Net(7)) {
            net.gradients();
            double sum = 0;
            for (NDArray weight : net.weights()) {
                sum += weight.getGradient().square().sum().getFloat();
            }
            assertThat(net.optimizer.clipGradients(net.parameters(), 1)).isCloseTo(Math.sqrt(sum), within(1e-5));
        }
    }

    @Test
    void onlyMatricesDecay() {
        AdamW.Settings settings = AdamW.Settings.withDecay(0.1f);
        assertThat(settings.decayed().test("id", new Shape(4, 3))).isTrue();
        assertThat(settings.decayed().test("id", new Shape(1, 1, 3))).isTrue();
        assertThat(settings.decayed().test("id", new Shape(3))).isFalse();
    }

    @Test
    void stepsLeaveNoMemoryBehind() {
        try (Net net = new Net(7)) {
            net.train(3);
            int arrays = net.model.getNDManager().getManagedArrays().size();
            net.train(5);
            assertThat(net.model.getNDManager().getManagedArrays()).hasSize(arrays);
        }
    }

    /** Linear, Linear; seeded. */
    private static final class Net implements AutoCloseable {
        private final Model model;
        private final AdamW optimizer;
        private final Trainer trainer;
        private final WeightAverage average;

        Net(int width) {
            DjlEngine.get().setRandomSeed(11);
            Block block = new SequentialBlock()
                    .add(Linear.builder().setUnits(width).build())
                    .add(Linear.builder().setUnits(CLASSES).build());
            model = Model.newInstance("net", Device.cpu());
            model.setBlock(block);
            optimizer =
                    new AdamW(model.getNDManager(), new Schedule.Linear(0.05, 2, 20), AdamW.Settings.withDecay(0.1f));
            trainer = model.newTrainer(new DefaultTrainingConfig(new CrossEntropy(0.1f)).optOptimizer(optimizer));
            trainer.initialize(new Shape(4, INPUTS));
            average = new WeightAverage(model.getNDManager(), parameters(), 0.9);
        }

        ParameterList parameters() {
            return model.getBlock().getParameters();
        }

        List<NDArray> weights() {
            return parameters().values().stream().map(p -> p.getArray()).toList();
        }

        TrainingState state() {
            return new TrainingState(parameters(), optimizer, average);
        }

        List<Float> train(int steps) {
            List<Float> losses = new ArrayList<>();
            for (int i = 0; i < steps; i++) {
                losses.add(gradients());
                optimizer.clipGradients(parameters(), 0.5);
                trainer.step();
                average.update();
            }
            return losses;
        }

        float gradients() {
            try (NDManager scope = trainer.getManager().newSubManager();
                    GradientCollector collector = trainer.newGradientCollector()) {
                NDArray inputs = scope.arange(0, 4f * INPUTS, 1).div(7).sin().reshape(4, INPUTS);
                NDList labels = new NDList(scope.create(new long[] {0, 2, 1, 2}));
                NDArray loss = trainer.getLoss().evaluate(labels, trainer.forward(new NDList(inputs)));
                collector.backward(loss);
                return loss.getFloat();
            }
        }

        Map<String, float[]> averages() {
            try (NDManager scope = trainer.getManager().newSubManager()) {
                Map<String, float[]> averages = new HashMap<>();
                average.state(scope).forEach((name, array) -> {
                    NDArray numbers = array.toType(DataType.FLOAT32, true);
                    numbers.attach(scope);
                    averages.put(name, numbers.toFloatArray());
                });
                return averages;
            }
        }

        /** What the averaged weights answer. */
        float[] answer() {
            average.swapWithModel();
            try (NDManager scope = trainer.getManager().newSubManager()) {
                NDList inputs = new NDList(scope.ones(new Shape(1, INPUTS)));
                return model.getBlock()
                        .forward(new ParameterStore(scope, false), inputs, false)
                        .singletonOrThrow()
                        .toFloatArray();
            } finally {
                average.swapWithModel();
            }
        }

        @Override
        public void close() {
            average.close();
            trainer.close();
            optimizer.close();
            model.close();
        }
    }
}
