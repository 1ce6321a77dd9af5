package io.vitrail.benchmarks;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vitrail.transformer.DjlEngine;
import io.vitrail.transformer.kernels.Compute;
import io.vitrail.transformer.weights.ConfigJson;
import io.vitrail.transformer.weights.StorageType;
import io.vitrail.vit.VisionBenchmark;
import io.vitrail.vit.VisionModel;
import io.vitrail.vit.VisionModels;
import io.vitrail.vit.VisionTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long from a ViT-B/16 checkpoint of 346 MB, in the page cache, until the model is ready for its first image? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 5)
@Fork(3)
public class LoadingBenchmark {
    private Path folder;

    /** Writes the checkpoint with random weights, and starts the engine. */
    @Setup
    public void write() throws IOException {
        folder = Files.createTempDirectory("vitrail-loading-");
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode config = mapper.createObjectNode().put("model_type", "vit");
        config.putArray("architectures").add("ViTForImageClassification");
        Files.writeString(folder.resolve("config.json"), mapper.writeValueAsString(config));
        VisionModel model = VisionModels.create(new ConfigJson(config), VisionTask.CLASSIFICATION);
        try (NDManager manager = DjlEngine.newManager(Device.cpu())) {
            model.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 224, 224));
            model.weightTable()
                    .save(
                            folder.resolve("model.safetensors"),
                            StorageType.F32,
                            model.basePrefix(),
                            model,
                            model.sizes());
        }
        Compute.DEFAULT.operations();
    }

    @Benchmark
    public void load() {
        VisionBenchmark.load(folder, Compute.DEFAULT).close();
    }

    @TearDown
    public void delete() throws IOException {
        Files.delete(folder.resolve("model.safetensors"));
        Files.delete(folder.resolve("config.json"));
        Files.delete(folder);
    }
}
