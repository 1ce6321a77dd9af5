package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import io.vitrail.transformer.training.CrossEntropy;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A batch of one picture: its class token and its position table have gradients of their own. */
class SinglePictureTest {
    @Test
    void gradientsOfSeveralBackwardPassesAddUp() throws URISyntaxException {
        Path folder = Path.of(getClass().getResource("/training/vit_adamw").toURI());
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
                Model model = Model.newInstance("one", Device.cpu())) {
            VisionModel vit = VisionModels.create(new ConfigJson(checkpoint.config()), VisionTask.CLASSIFICATION);
            vit.weightTable().load(checkpoint, vit.basePrefix(), vit, vit.sizes(), model.getNDManager());
            model.setBlock(vit);
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(new CrossEntropy(0)));
                    NDManager scope = model.getNDManager().newSubManager()) {
                trainer.initialize(new Shape(1, 3, 16, 16));
                for (Parameter parameter : vit.getParameters().values()) {
                    parameter.getArray().setRequiresGradient(true);
                }
                NDArray pixels =
                        golden.tensor("in.train.pixel_values").toArray(scope).get("0, 0:1");
                float[] once = gradientsAfterBackward(trainer, vit, pixels, scope);
                float[] twice = gradientsAfterBackward(trainer, vit, pixels, scope);
                for (int i = 0; i < once.length; i++) {
                    assertThat(twice[i]).as("number %d", i).isCloseTo(2 * once[i], within(1e-5f));
                }
            }
        }
    }

    private static float[] gradientsAfterBackward(Trainer trainer, VisionModel vit, NDArray pixels, NDManager scope) {
        try (GradientCollector gradients = trainer.newGradientCollector()) {
            NDList logits = trainer.forward(new NDList(pixels));
            NDList labels = new NDList(scope.create(new long[] {1}));
            gradients.backward(trainer.getLoss().evaluate(labels, logits));
        }
        NDArray all = scope.create(new float[0]);
        for (var pair : vit.getParameters()) {
            if (pair.getKey().contains("mbedding")) {
                NDArray gradient = pair.getValue().getArray().getGradient();
                gradient.attach(scope);
                all = all.concat(gradient.flatten(), 0);
            }
        }
        return all.toFloatArray();
    }
}
