package io.vitrail.vit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import ai.djl.training.loss.Loss;
import io.vitrail.transformer.AdaptedModel;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.lora.LoraAdapter;
import io.vitrail.transformer.lora.LoraBias;
import io.vitrail.transformer.lora.LoraConfig;
import io.vitrail.transformer.lora.LoraTraining;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.training.AdamW;
import io.vitrail.transformer.training.Schedule;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.CheckpointException;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.SafeTensors;
import io.vitrail.vit.VisionInput;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraTrainingTest {
    private static final LoraConfig CONFIG =
            LoraConfig.ofRank(4, "query", "intermediate.dense").saving("classifier");

    @TempDir
    private Path folder;

    private Path checkpoint;

    @BeforeEach
    void find() throws URISyntaxException {
        checkpoint = Path.of(getClass().getResource("/training/vit_adamw").toURI());
    }

    @Test
    void onlyTheAdapterAndTheNewHeadAreTrained() throws IOException {
        try (Training training = new Training(CONFIG.withDropout(0.1))) {
            Map<String, float[]> before = training.values();
            training.steps(2);
            training.values().forEach((name, values) -> {
                boolean trained = name.contains("head") || name.contains("adapter");
                if (trained) {
                    assertThat(values).as(name).isNotEqualTo(before.get(name));
                } else {
                    assertThat(values).as(name).isEqualTo(before.get(name));
                }
            });
        }
    }

    @Test
    void biasesAreTrainedIfAsked() throws IOException {
        try (Training training = new Training(CONFIG.withBias(LoraBias.LORA_ONLY))) {
            Map<String, float[]> before = training.values();
            training.steps(1);
            assertThat(training.values().entrySet())
                    .filteredOn(entry -> !Arrays.equals(entry.getValue(), before.get(entry.getKey())))
                    .extracting(Map.Entry::getKey)
                    .anyMatch(name -> name.contains("query") && name.endsWith("bias"))
                    .noneMatch(name -> name.contains("value") && name.endsWith("bias"));
            training.lora.save(folder, "tiny/vit");
        }
        try (SafeTensors saved = SafeTensors.open(folder.resolve("adapter_model.safetensors"))) {
            assertThat(saved.names()) // as PEFT wraps layers
                    .contains("base_model.model.vit.encoder.layer.0.attention.attention.query.base_layer.bias");
        }
    }

    @Test
    void aSavedAdapterGivesTheTrainedModelsAnswersApartAndMerged() throws IOException {
        float[] trained;
        try (Training training = new Training(CONFIG)) {
            training.steps(3);
            trained = training.logits();
            training.lora.save(folder, "tiny/vit");
        }
        try (Checkpoint base = Checkpoint.open(checkpoint);
                SafeTensors golden = SafeTensors.open(checkpoint.resolve("golden.safetensors"));
                Session<VisionModel> session =
                        VisionModels.load(base, Kernels.choose(Device.cpu(), Precision.FP32), Device.cpu());
                LoraAdapter adapter = LoraAdapter.of(PeftAdapter.read(folder), session, base);
                Session<VisionModel> merged = VisionModels.load(
                        PeftAdapter.read(folder).mergedInto(base),
                        Kernels.choose(Device.cpu(), Precision.FP32),
                        Device.cpu())) {
            float[] plain = logits(session, golden);
            assertThat(logits(session.with(adapter), golden)).containsExactly(trained, within(1e-5f));
            assertThat(logits(merged, golden)).containsExactly(trained, within(1e-5f));
            assertThat(logits(session, golden)).isEqualTo(plain).isNotEqualTo(trained);
        }
    }

    @Test
    void layersThatTheModelLacksAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Training(LoraConfig.ofRank(4, "query", "q_proj")))
                .withMessageContaining("no linear layer 'q_proj'")
                .withMessageContaining("query");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Training(CONFIG.saving("score")))
                .withMessageContaining("no part 'score'");
    }

    @Test
    void whatIsNoAdapterForTheModelIsRefused() throws IOException {
        try (Training training = new Training(CONFIG)) {
            training.lora.save(folder, "tiny/vit");
        }
        Path config = folder.resolve("adapter_config.json");
        String json = Files.readString(config);
        Files.writeString(config, json.replace("\"LORA\"", "\"IA3\""));
        assertThatThrownBy(() -> PeftAdapter.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("IA3");
        Files.writeString(config, json.replace("{", "{\"alpha_pattern\": {\"(([a-z.0-9]+)+)+!\": 3},"));
        assertThatThrownBy(() -> PeftAdapter.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("alpha_pattern");
        Files.delete(folder.resolve("adapter_model.safetensors"));
        Files.writeString(config, json);
        assertThatThrownBy(() -> PeftAdapter.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("adapter_model.safetensors");
    }

    private static float[] logits(Session<VisionModel> session, SafeTensors golden) {
        return session.run((model, scope, pass) -> model.logits(
                        model.features(
                                VisionInput.of(golden.tensor("in.train.pixel_values")
                                        .toArray(scope)
                                        .get(0)),
                                pass),
                        pass)
                .toFloatArray());
    }

    /** A tiny ViT with an adapter in DJL's trainer. */
    private final class Training implements AutoCloseable {
        private final Model model = Model.newInstance("lora", Device.cpu());
        private final LoraTraining lora;
        private final AdaptedModel block;
        private final AdamW optimizer;
        private final Trainer trainer;

        Training(LoraConfig config) throws IOException {
            VisionModel vit;
            try (Checkpoint base = Checkpoint.open(checkpoint)) {
                vit = VisionModels.create(new ConfigJson(base.config()), VisionTask.CLASSIFICATION);
                vit.weightTable().load(base, vit.basePrefix(), vit, vit.sizes(), model.getNDManager());
                lora = new LoraTraining(config, vit.places(base));
            }
            block = new AdaptedModel(vit, lora);
            model.setBlock(block);
            optimizer =
                    new AdamW(model.getNDManager(), new Schedule.Constant(1e-2, 0), AdamW.Settings.withDecay(0.01f));
            trainer =
                    model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(optimizer));
            trainer.initialize(new Shape(4, 3, 16, 16));
            block.getParameters().values().stream()
                    .filter(Parameter::requiresGradient)
                    .forEach(parameter -> parameter.getArray().setRequiresGradient(true));
        }

        void steps(int count) {
            try (SafeTensors golden = SafeTensors.open(checkpoint.resolve("golden.safetensors"));
                    NDManager scope = trainer.getManager().newSubManager()) {
                NDArray pixels =
                        golden.tensor("in.train.pixel_values").toArray(scope).get(0);
                NDArray labels = golden.tensor("in.train.labels").toArray(scope).get(0);
                for (int i = 0; i < count; i++) {
                    try (GradientCollector collector = trainer.newGradientCollector()) {
                        NDList out = trainer.forward(new NDList(pixels));
                        collector.backward(trainer.getLoss().evaluate(new NDList(labels), out));
                    }
                    trainer.step();
                }
            }
        }

        float[] logits() {
            try (SafeTensors golden = SafeTensors.open(checkpoint.resolve("golden.safetensors"));
                    NDManager scope = trainer.getManager().newSubManager()) {
                NDArray pixels =
                        golden.tensor("in.train.pixel_values").toArray(scope).get(0);
                return trainer.evaluate(new NDList(pixels)).singletonOrThrow().toFloatArray();
            }
        }

        Map<String, float[]> values() {
            Map<String, float[]> values = new HashMap<>();
            List.copyOf(block.getParameters().keys())
                    .forEach(name -> values.put(
                            name, block.getParameters().get(name).getArray().toFloatArray()));
            return values;
        }

        @Override
        public void close() {
            trainer.close();
            optimizer.close();
            model.close();
        }
    }
}
