package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Five steps of torch.optim.AdamW on a tiny ViT: losses, learning rates, gradient norms and the final weights. */
class AdamWGoldenTest {
    private static final double TOLERANCE = 1e-4; // the case allows 1e-3

    @ParameterizedTest
    @ValueSource(strings = {"vit_adamw", "vit_label_smoothing"})
    void trainsAsTheReferenceDoes(String name) throws IOException, URISyntaxException {
        Path folder = Path.of(getClass().getResource("/training/" + name).toURI());
        JsonNode options = new ObjectMapper()
                .readTree(folder.resolve("golden.json").toFile())
                .path("calls")
                .get(0)
                .path("options");
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
                Model model = Model.newInstance(name, Device.cpu())) {
            VisionModel vit = load(checkpoint, model);
            Schedule schedule = schedule(options);
            AdamW optimizer = new AdamW(model.getNDManager(), schedule, AdamW.Settings.withDecay((float)
                    options.path("weight_decay").asDouble()));
            CrossEntropy loss =
                    new CrossEntropy((float) options.path("label_smoothing").asDouble());
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(loss).optOptimizer(optimizer))) {
                for (int step = 0; step < options.path("steps").asInt(); step++) {
                    assertThat(schedule.rate(step)).isCloseTo(expected(golden, "learning_rates", step), within(1e-9));
                    step(
                            trainer,
                            optimizer,
                            golden,
                            step,
                            options.path("max_grad_norm").asDouble());
                }
                checkLogits(vit, model.getNDManager(), golden);
            }
        }
    }

    private static VisionModel load(Checkpoint checkpoint, Model model) {
        VisionModel vit = VisionModels.create(new ConfigJson(checkpoint.config()), VisionTask.CLASSIFICATION);
        vit.weightTable().load(checkpoint, vit.basePrefix(), vit, vit.sizes(), model.getNDManager());
        vit.getParameters().values().forEach(parameter -> parameter.getArray().setRequiresGradient(true));
        model.setBlock(vit);
        return vit;
    }

    private static Schedule schedule(JsonNode options) {
        return Schedule.named(
                options.path("schedule").asText(),
                options.path("lr").asDouble(),
                options.path("warmup_steps").asLong(),
                options.path("total_steps").asLong());
    }

    private static void step(Trainer trainer, AdamW optimizer, SafeTensors golden, int step, double maxNorm) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDArray pixels = golden.tensor("in.train.pixel_values").toArray(scope);
            NDArray labels = golden.tensor("in.train.labels").toArray(scope);
            long batch = step % pixels.getShape().get(0);
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDList logits = trainer.forward(new NDList(pixels.get(batch)));
                NDArray loss = trainer.getLoss().evaluate(new NDList(labels.get(batch)), logits);
                collector.backward(loss);
                assertThat((double) loss.getFloat()).isCloseTo(expected(golden, "losses", step), within(TOLERANCE));
            }
            double norm = optimizer.clipGradients(trainer.getModel().getBlock().getParameters(), maxNorm);
            assertThat(norm).isCloseTo(expected(golden, "gradient_norms", step), within(TOLERANCE * norm));
            trainer.step();
        }
    }

    private static double expected(SafeTensors golden, String name, int step) {
        return golden.tensor("train." + name).floats()[step];
    }

    private static void checkLogits(VisionModel vit, NDManager manager, SafeTensors golden) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray pixels =
                    golden.tensor("in.train.pixel_values").toArray(scope).get(0);
            ai.djl.training.ParameterStore store = new ai.djl.training.ParameterStore(scope, false);
            float[] logits = vit.forward(store, new NDList(pixels), false)
                    .singletonOrThrow()
                    .toType(DataType.FLOAT32, false)
                    .toFloatArray();
            assertThat(logits)
                    .containsExactly(golden.tensor("train.final_logits").floats(), within((float) TOLERANCE));
        }
    }
}
