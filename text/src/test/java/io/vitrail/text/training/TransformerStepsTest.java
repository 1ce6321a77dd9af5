package io.vitrail.text.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.text.TextModels;
import io.vitrail.text.TextTask;
import io.vitrail.text.TextToTextModel;
import io.vitrail.transformer.Operations;
import io.vitrail.transformer.ReadableOperations;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.KlDivergence;
import io.vitrail.transformer.training.OptimizerSteps;
import io.vitrail.transformer.training.Reduction;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.training.WeightAverage;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The recipe's steps give the losses that PyTorch recorded: transformer_steps.py tells how. */
class TransformerStepsTest {
    private final ObjectMapper mapper = new ObjectMapper();

    @Test
    void lossesAreThoseOfTheReference() throws Exception {
        JsonNode recorded =
                mapper.readTree(resource("/training/transformer_steps.json").toFile());
        Path folder = resource("/goldens/marian/uneven");
        for (Operations operations :
                new Operations[] {ReadableOperations.INSTANCE, Kernels.forTraining(Device.cpu(), Precision.FP32)}) {
            try (Checkpoint checkpoint = Checkpoint.open(folder);
                    Model model = Model.newInstance("steps", Device.cpu())) {
                TextToTextModel network = load(checkpoint, model);
                network.trainWith(operations);
                train(model, recorded);
            }
        }
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(TransformerStepsTest.class.getResource(name).toURI());
    }

    private static TextToTextModel load(Checkpoint checkpoint, Model model) {
        TextToTextModel network =
                TextModels.create(new ConfigJson(checkpoint.config()), TextTask.TEXT_TO_TEXT, TextToTextModel.class);
        network.weightTable().load(checkpoint, network.basePrefix(), network, network.sizes(), model.getNDManager());
        model.setBlock(network);
        return network;
    }

    private void train(Model model, JsonNode recorded) throws IOException {
        NDManager manager = model.getNDManager();
        Schedule.Noam rate = new Schedule.Noam(
                recorded.path("factor").asDouble(), 12, recorded.path("warmup").asLong());
        KlDivergence loss = new KlDivergence(
                recorded.path("smoothing").asDouble(), recorded.path("padding").asLong(), Reduction.MEAN);
        try (AdamW optimizer =
                        new AdamW(manager, rate, TransformerRecipe.small().adam());
                Trainer trainer = model.newTrainer(new DefaultTrainingConfig(loss).optOptimizer(optimizer));
                WeightAverage average =
                        new WeightAverage(manager, model.getBlock().getParameters(), 0)) {
            OptimizerSteps steps =
                    new OptimizerSteps(new OptimizerSteps.Parts(trainer, optimizer, average, rate), Double.MAX_VALUE);
            for (int step = 0; step < recorded.path("losses").size(); step++) {
                assertThat(rate.rate(step))
                        .isCloseTo(recorded.path("rates").get(step).asDouble(), within(1e-12));
                try (NDManager scope = manager.newSubManager()) {
                    PairBatches.Learned learned = learned(recorded, step, scope);
                    double actual =
                            steps.take(learned.data(), learned.labels(), step).loss();
                    assertThat(actual)
                            .isCloseTo(recorded.path("losses").get(step).asDouble(), within(1e-5));
                }
            }
        }
    }

    private PairBatches.Learned learned(JsonNode recorded, int step, NDManager scope) throws IOException {
        JsonNode batches = recorded.path("batches");
        JsonNode batch = batches.get(step % batches.size());
        long padding = recorded.path("padding").asLong();
        NDArray source = scope.create(mapper.treeToValue(batch.path("source"), long[][].class));
        long[][] targets = mapper.treeToValue(batch.path("target"), long[][].class);
        long[][] written =
                Arrays.stream(targets).map(row -> later(row, padding)).toArray(long[][]::new);
        return new PairBatches.Learned(
                new NDList(source, source.neq(padding), scope.create(written)), new NDList(scope.create(targets)));
    }

    private static long[] later(long[] row, long start) {
        long[] written = new long[row.length];
        written[0] = start;
        System.arraycopy(row, 0, written, 1, row.length - 1);
        return written;
    }
}
