package io.vitrail.vit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.Session;
import io.vitrail.transformer.kernels.Kernels;
import io.vitrail.transformer.kernels.Precision;
import io.vitrail.transformer.lora.LoraAdapter;
import io.vitrail.transformer.lora.PeftAdapter;
import io.vitrail.transformer.weights.Checkpoint;
import io.vitrail.transformer.weights.SafeTensorsWriter;
import io.vitrail.transformer.weights.StorageType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two adapters and the plain model, which stacks its queries, keys and values, called by several threads. */
class AdaptersByTurnsTest {
    private static final String ATTENTION = "base_model.model.vit.encoder.layer.0.attention.attention.";

    @TempDir
    private Path folder;

    @Test
    @Timeout(60)
    void eachCallGetsItsOwnAdaptersAnswer() throws IOException, URISyntaxException {
        Path files = Path.of(getClass().getResource("/training/vit_adamw").toURI());
        try (Checkpoint base = Checkpoint.open(files);
                Session<VisionModel> plain =
                        VisionModels.load(base, Kernels.choose(Device.cpu(), Precision.FP32), Device.cpu());
                LoraAdapter queries = LoraAdapter.of(adapter("query"), plain);
                LoraAdapter values = LoraAdapter.of(adapter("value"), plain)) {
            plain.admit(2);
            List<Session<VisionModel>> sessions = List.of(plain, plain.with(queries), plain.with(values));
            List<float[]> together = IntStream.range(0, 45)
                    .parallel()
                    .mapToObj(i -> logits(sessions.get(i % 3)))
                    .toList();
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i)).isEqualTo(logits(sessions.get(i % 3)));
            }
            assertThat(together.get(0)).isNotEqualTo(together.get(1)).isNotEqualTo(together.get(2));
            assertThat(together.get(1)).isNotEqualTo(together.get(2));
        }
    }

    private PeftAdapter adapter(String layer) throws IOException {
        Path own = Files.createDirectory(folder.resolve(layer));
        Files.writeString(own.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\", \"lora_alpha\": 8}");
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            Map<String, NDArray> weights = Map.of(
                    ATTENTION + layer + ".lora_A.weight", wave(manager, 2, 32),
                    ATTENTION + layer + ".lora_B.weight", wave(manager, 32, 2));
            SafeTensorsWriter.write(own.resolve("adapter_model.safetensors"), weights, StorageType.F32, Map.of());
        }
        return PeftAdapter.read(own);
    }

    private static NDArray wave(NDManager manager, long... shape) {
        Shape axes = new Shape(shape);
        return manager.arange((float) axes.size()).mul(0.7f).sin().reshape(axes);
    }

    private static float[] logits(Session<VisionModel> session) {
        return session.run((model, manager, pass) -> model.logits(
                        model.features(VisionInput.of(wave(manager, 1, 3, 16, 16)), pass), pass)
                .toFloatArray());
    }
}
